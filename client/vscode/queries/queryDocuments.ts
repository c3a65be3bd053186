import * as vscode from 'vscode';
import { statementAt, type SqlStatement } from '../../../server/src/base/sqlStatements.ts';
import { type PondClient } from '../client.ts';
import { errorData, errorText, isCancelled } from '../errors.ts';
import { rangeAt } from '../markedRange.ts';
import { type FormatFixes } from './formatFixes.ts';
import { GridPanel } from '../tables/gridPanel.ts';
import { type GridHost } from '../tables/gridTable.ts';
import { followWorkingTree } from '../tables/tableDiffs.ts';
import { activeUri } from '../activeFile.ts';
import { type OpenPonds } from '../ponds.ts';
import { parsePondUri, pondName } from '../pondUri.ts';
import { QuickSteps } from '../quickSteps.ts';
import { queryLanguage } from './activeQuery.ts';
import { columnOfQuery, columnOfResult, resultPanel } from './columns.ts';
import { QueryHistory } from './queryHistory.ts';
import { QueryPonds } from './queryPonds.ts';
import { queryTitle } from './queryStrings.ts';
import { RunningQueries } from './runningQueries.ts';
import { readPageState } from '../webviews/grid/pageState.ts';

/** Query documents: the pond of each, its result grid, and its error markers. */
export class QueryDocuments implements vscode.Disposable {
  readonly #client: PondClient;
  readonly #ponds: OpenPonds;
  /** Interface of the window to the grids of queries and of files. */
  readonly gridHost: GridHost;
  readonly #fixes: FormatFixes;
  readonly #pondOf: QueryPonds;
  readonly #grids = new Map<string, GridPanel>();
  readonly #problems = vscode.languages.createDiagnosticCollection('pond query');
  readonly #listeners: vscode.Disposable;
  readonly running = new RunningQueries();
  readonly history: QueryHistory;
  /** The grid that last ran a query. */
  lastGrid: GridPanel | undefined;

  constructor(client: PondClient, ponds: OpenPonds, extension: vscode.ExtensionContext, fixes: FormatFixes) {
    this.#client = client;
    this.#ponds = ponds;
    this.#pondOf = new QueryPonds(extension.workspaceState);
    this.history = new QueryHistory(extension.globalStorageUri, client.log);
    this.gridHost = {
      ...{ client, extension: extension.extensionUri, openPond: (pond) => ponds.open(pond), running: this.running },
      openQuery: (pond, sql) => this.create(pond, sql),
    };
    this.#fixes = fixes;
    ponds.addShown(() => this.#activePond());
    const closed = vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      this.#problems.delete(uri);
      this.#fixes.clear(uri);
      this.#pondOf.forget(uri);
    });
    // Results that were open when the window was closed: their queries are run again.
    const restored = vscode.window.registerWebviewPanelSerializer(resultPanel, {
      deserializeWebviewPanel: async (panel, state) => this.#restore(panel, state),
    });
    this.#listeners = vscode.Disposable.from(closed, restored);
  }

  /** Pond in which a document was last run, else the one that has it, else the only open one; undefined without one. */
  pondOfDocument({ uri }: vscode.TextDocument): string | undefined {
    return this.#pondOf.get(uri) ?? parsePondUri(uri)?.pond ?? this.#ponds.only;
  }

  /** The result in the active tab, with the URI of its document; undefined when the active tab is another. */
  get activeResult(): { readonly document: string; readonly grid: GridPanel } | undefined {
    const [active] = [...this.#grids].filter(([, { isActive }]) => isActive);
    return active && { document: active[0], grid: active[1] };
  }

  /** Pond of the active query document or result; undefined when the active tab is another. */
  #activePond(): string | undefined {
    const uri = activeUri();
    if (uri !== undefined) return this.#pondOf.get(uri);
    return this.activeResult?.grid.state?.query.pond;
  }

  /** The queries whose results are open. */
  get results(): readonly { readonly pond: string; readonly sql: string; readonly isActive: boolean }[] {
    return [...this.#grids.values()].flatMap(({ state, isActive }) =>
      state !== undefined && 'sql' in state.query ? [{ pond: state.query.pond, sql: state.query.sql, isActive }] : [],
    );
  }

  /** Makes a document without a file, such as one made of a query, that of a pond. */
  assign(document: vscode.TextDocument, pond: string): void {
    this.#pondOf.set(document.uri, pond);
  }

  /** Opens a new query document for a pond. */
  async create(pond: string, text: string): Promise<vscode.TextEditor> {
    const document = await vscode.workspace.openTextDocument({ language: queryLanguage, content: text });
    this.#pondOf.set(document.uri, pond);
    return vscode.window.showTextDocument(document, { preview: false, viewColumn: columnOfQuery() });
  }

  /** Runs the editor's selection, else the statement at the cursor, and shows the result. */
  async run(editor: vscode.TextEditor): Promise<void> {
    const { document, selection } = editor;
    const pond =
      this.#pondOf.get(document.uri) ?? (await QuickSteps.ask((steps) => this.#ponds.choose(steps, document.uri)));
    if (pond === undefined) return;
    this.#pondOf.set(document.uri, pond);
    const statement = chosenStatement(document, selection);
    if (statement === undefined) {
      void vscode.window.showInformationMessage('There is no statement to run.');
      return;
    }
    this.#problems.delete(document.uri);
    this.#fixes.clear(document.uri);
    await this.#ponds.open(pond);
    try {
      const grid = this.#grid(document.uri.toString(), resultTitle(document, pond, statement));
      await grid.run({ pond, sql: statement.text, document: document.uri.toString() });
      if (grid.state?.type === 'result') void this.history.add(pond, statement.text);
    } catch (error) {
      this.#mark(document, pond, { statement, error });
    }
  }

  /** Passes the result of a document on to the document that it was saved as. */
  moved(from: vscode.Uri, to: vscode.Uri): void {
    const grid = this.#grids.get(from.toString());
    if (grid === undefined) return;
    this.#grids.delete(from.toString());
    this.#adopt(to.toString(), grid);
  }

  dispose(): void {
    for (const grid of this.#grids.values()) grid.dispose();
    this.#problems.dispose();
    this.#listeners.dispose();
    this.running.dispose();
  }

  /** Grid of a document, by its URI, revealed; created if it has none. */
  #grid(document: string, title: string): GridPanel {
    const known = this.#grids.get(document);
    const grid = known ?? new GridPanel(this.gridHost, newPanel(title));
    if (known === undefined) {
      this.#adopt(document, grid);
    } else {
      grid.title = title;
      grid.reveal();
    }
    this.lastGrid = grid;
    return grid;
  }

  /** Makes a grid that of a document. */
  #adopt(document: string, grid: GridPanel): void {
    this.#grids.set(document, grid);
    grid.onDidClose(() => {
      if (this.#grids.get(document) === grid) this.#grids.delete(document);
    });
  }

  /** Shows the result of a query again in a panel of an earlier window. */
  #restore(panel: vscode.WebviewPanel, state: unknown): void {
    const { query } = readPageState(state);
    if (query === undefined) {
      panel.dispose();
      return;
    }
    const grid = new GridPanel(this.gridHost, panel);
    // The next run of its document shows its rows here.
    if ('sql' in query && query.document !== undefined) this.#adopt(query.document, grid);
    this.lastGrid = grid;
    followWorkingTree(this.#client, { panel, grid, query });
    grid.run(query).catch((error: unknown) => this.#client.log.info(`a result was not restored: ${errorText(error)}`));
  }

  /** Marks an error at the server's position, which is relative to the start of the statement. */
  #mark(
    document: vscode.TextDocument,
    pond: string,
    { statement, error }: { readonly statement: SqlStatement; readonly error: unknown },
  ): void {
    // An error without data is not about the text, such as a server that stopped: the panel shows it.
    const { code, position: at } = errorData(error) ?? {};
    if (code === undefined || isCancelled(error)) return;
    const first = document.positionAt(statement.start);
    const start =
      at === undefined
        ? first
        : new vscode.Position(first.line + at.line, (at.line === 0 ? first.character : 0) + at.character);
    const end = at === undefined ? document.positionAt(statement.start + statement.text.length) : start;
    const range = rangeAt(document, start) ?? new vscode.Range(start, end);
    const diagnostic = new vscode.Diagnostic(range, errorText(error));
    diagnostic.source = 'pond';
    diagnostic.code = code;
    this.#problems.set(document.uri, [diagnostic]);
    this.#fixes.set(document, pond, diagnostic, error);
  }
}

/** A file of a query has a name; one that is not saved yet is known by its words. */
function resultTitle({ uri, isUntitled }: vscode.TextDocument, pond: string, { text }: SqlStatement): string {
  const name = isUntitled ? queryTitle(text) : (uri.path.split('/').at(-1) ?? '');
  return `Result: ${name} (${pondName(pond)})`;
}

function newPanel(title: string): vscode.WebviewPanel {
  const place = { viewColumn: columnOfResult(), preserveFocus: true };
  return vscode.window.createWebviewPanel(resultPanel, title, place);
}

/** The selected text, else the statement at the cursor; undefined without any. */
export function chosenStatement(document: vscode.TextDocument, selection: vscode.Selection): SqlStatement | undefined {
  if (selection.isEmpty) return statementAt(document.getText(), document.offsetAt(selection.active));
  const text = document.getText(selection);
  return text.trim() === '' ? undefined : { text, start: document.offsetAt(selection.start) };
}
