import * as vscode from 'vscode';
import { statements } from '../../../server/src/base/sqlStatements.ts';
import { type Column, type TableSource } from '../../../server/src/protocol/commands.ts';
import { FilePicker } from '../filePicker.ts';
import { askHostFile } from '../hostFile.ts';
import { type GridHost, openParams, releaseLater } from './gridTable.ts';
import { filesOfRows } from './pointFiles.ts';
import { QuickSteps } from '../quickSteps.ts';
import { openFile } from '../openFile.ts';
import { pondName, pondUri } from '../pondUri.ts';
import { documentUri } from '../resources/treeLocations.ts';
import { lineInText, showLine, showText } from './showText.ts';
import { pickCommit } from '../history/versions.ts';
import {
  type FromGridPage,
  type OriginsInfo,
  type OtherTable,
  type PlotLink,
  type PlainTableQuery,
  type RequestParams,
  type TableQuery,
} from '../webviews/grid/messages.ts';
import { isTimeColumn } from '../webviews/grid/times.ts';
import { type PlotStatement, type PlottedEvents, withoutPlot, withPlot } from '../webviews/plot/statement.ts';
import { releaseTable } from './releaseTable.ts';
import { wholeView } from '../../../server/src/protocol/tableViews.ts';

/** Needs of the plots of a panel in addition to the rows of its table: other tables, choices of the user, and files. */
export class PlotHost {
  readonly #host: GridHost;
  readonly #opened = new Map<string, Promise<TableSource>>();

  constructor(host: GridHost) {
    this.#host = host;
  }

  /** Returns another table than that of a query, opened once. */
  async source(query: PlainTableQuery, other: OtherTable): Promise<TableSource> {
    const about = otherQuery(query, other);
    const key = JSON.stringify(about);
    const opened =
      this.#opened.get(key) ?? this.#host.client.request('openTable', openParams(about)).then(({ source }) => source);
    this.#opened.set(key, opened);
    try {
      return await opened;
    } catch (error) {
      this.#opened.delete(key);
      throw error;
    }
  }

  /** Releases the tables that were opened for a query. */
  release(pond: string): void {
    for (const opened of this.#opened.values())
      void opened.then(
        (source) => releaseLater(this.#host.client, pond, source),
        () => undefined,
      );
    this.#opened.clear();
  }

  /** Forgets the tables, which went with the server. */
  forget(): void {
    this.#opened.clear();
  }

  /** The user picks a version to draw over the table; null when none is picked. */
  async pickVersion(query: PlainTableQuery): Promise<string | null> {
    const path = 'path' in query ? { path: query.path } : {};
    const target = { ...path, placeholder: 'Version to draw over the plot' };
    const commit = await QuickSteps.ask((steps) => pickCommit(this.#host.client, query.pond, target, steps));
    return commit === undefined ? null : String(commit.number);
  }

  /** The user picks a table of events, its time column and the column of its labels; null when none is picked. */
  async pickEvents(query: TableQuery): Promise<PlottedEvents | null> {
    return (await QuickSteps.ask((steps) => this.#pickEvents(query, steps))) ?? null;
  }

  async #pickEvents({ pond }: TableQuery, steps: QuickSteps): Promise<PlottedEvents | undefined> {
    const title = `Mark Events of a Table of ${pondName(pond)}`;
    const path = await new FilePicker(this.#host.client, { pond, title, areTables: true }).pick(steps);
    if (path === undefined) return undefined;
    const { columns, source } = await this.#host.client.request('openTable', { pond, table: { path } });
    await releaseTable(this.#host.client, pond, source);
    const times = columns.filter(isTimeColumn);
    if (times.length === 0) throw new Error(`${path} has no column of times`);
    const time = times.length === 1 ? times[0]?.name : await pickColumn(steps, times, 'Column of the times');
    if (time === undefined) return undefined;
    const none = { name: '(no label)', type: '' };
    const labels = [...columns.filter(({ name }) => name !== time), none];
    const label = await pickColumn(steps, labels, 'Column of the labels');
    if (label === undefined) return undefined;
    return { path, time, ...(label !== none.name && { label }) };
  }

  /** The files of a table, or those of the rows of a view where the table says so, and the line of a row in the only one. */
  async origins(
    { query, other, source }: { query: PlainTableQuery; other: OtherTable | undefined; source: TableSource },
    { row, view }: RequestParams<'origins'>,
    token: vscode.CancellationToken,
  ): Promise<OriginsInfo> {
    const about = other === undefined ? query : otherQuery(query, other);
    const origins = await this.#host.client.request('tableOrigins', openParams(about), token);
    if (origins.files.length + origins.others === 1) {
      const line = 'path' in about && row !== null ? await lineInText(this.#host.client, about, row) : undefined;
      return { ...origins, isOfRows: true, line: line ?? null };
    }
    const files = await filesOfRows(this.#host.client, { query: about, source, view }, token);
    if (files === undefined) return { ...origins, isOfRows: false, line: null };
    return { files, others: 0, isOfRows: true, line: null };
  }

  /** Opens what a link of the page leads to. */
  async follow(query: TableQuery, link: PlotLink): Promise<void> {
    const { pond } = query;
    switch (link.to) {
      case 'row':
        return 'path' in query ? await showText(this.#host.client, query, link.row) : undefined;
      case 'file': {
        const { path, at, line } = link;
        if (line === undefined) return await openFile(pondUri(pond, path, at));
        return await showLine(pondUri(pond, path, at), line);
      }
      case 'log':
        return void (await vscode.commands.executeCommand('pond.showLog', pondUri(pond, link.path)));
      case 'resource': {
        const [resource] = await this.#host.client.request('resources', { pond, names: [link.id] });
        if (resource !== undefined) await vscode.commands.executeCommand('vscode.open', documentUri(pond, resource));
      }
    }
  }

  /** Writes a picture to a file of the user's choice. */
  async savePicture({ format, name, content }: Extract<FromGridPage, { type: 'savePicture' }>): Promise<void> {
    const proposed = { name: `${name}.${format}`, type: format.toUpperCase(), extension: format };
    const file = await askHostFile('Save Picture', proposed);
    if (file === undefined) return;
    await vscode.workspace.fs.writeFile(file, content);
    void vscode.window.showInformationMessage(`Wrote ${file.path}.`);
  }

  /** States a plot in the comment of its query: in the document that has the query, else in a new one. */
  async savePlot(query: TableQuery, source: TableSource, plot: PlotStatement): Promise<void> {
    const own = 'sql' in query ? withoutPlot(query.sql).trim() : undefined;
    const documents = own === undefined ? [] : vscode.workspace.textDocuments;
    for (const document of documents.filter(({ languageId }) => languageId === 'pond-sql')) {
      const found = statements(document.getText()).find(({ text }) => withoutPlot(text).trim() === own);
      if (found === undefined) continue;
      const [start, end] = [found.start, found.start + found.text.length].map((at) => document.positionAt(at));
      const edit = new vscode.WorkspaceEdit();
      if (start !== undefined && end !== undefined)
        edit.replace(document.uri, new vscode.Range(start, end), withPlot(found.text, plot));
      await vscode.workspace.applyEdit(edit);
      void vscode.window.setStatusBarMessage('The plot is stated in the query.', 5000);
      return;
    }
    const sql = own ?? (await this.#host.client.request('tableSql', { pond: query.pond, source, view: wholeView })).sql;
    await this.#host.openQuery(query.pond, `${withPlot(sql, plot)};\n`);
  }
}

/** The query of another table: the same one at another version, or a file. */
function otherQuery(query: PlainTableQuery, other: OtherTable): PlainTableQuery {
  if ('path' in other) return { pond: query.pond, path: other.path };
  return { ...query, at: other.at };
}

async function pickColumn(
  steps: QuickSteps,
  columns: readonly Column[],
  placeholder: string,
): Promise<string | undefined> {
  const items = columns.map(({ name, type }) => ({ label: name, description: type }));
  return (await steps.choose(items, { placeholder }))?.label;
}
