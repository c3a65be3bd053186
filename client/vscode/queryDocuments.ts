import * as vscode from 'vscode';
import { statementAt, type SqlStatement } from '../../server/src/base/sqlStatements.ts';
import { type PondClient } from './client.ts';
import { errorData, errorText, isCancelled } from './errors.ts';
import { type FormatFixes } from './formatFixes.ts';
import { GridPanel } from './gridPanel.ts';
import { type GridHost } from './gridTable.ts';
import { readPageState } from './webviews/grid/pageState.ts';
import { type OpenPonds } from './ponds.ts';
import { parsePondUri, pondName } from './pondUri.ts';

export const queryLanguage = 'pond-sql';

/** Type of the panels with results of queries. */
const resultPanel = 'pond.grid';

/** Query documents: the pond of each, its result grid, and its error markers. */
export class QueryDocuments implements vscode.Disposable {
  private readonly client: PondClient;
  private readonly ponds: OpenPonds;
  /** What the grids of queries and of files need. */
  readonly gridHost: GridHost;
  private readonly fixes: FormatFixes;
  private readonly pondOf = new Map<string, string>();
  private readonly grids = new Map<string, GridPanel>();
  private readonly problems = vscode.languages.createDiagnosticCollection('pond query');
  private readonly listeners: vscode.Disposable;
  /** The grid that last ran a query. */
  lastGrid: GridPanel | undefined;

  constructor(client: PondClient, ponds: OpenPonds, extension: vscode.Uri, fixes: FormatFixes) {
    this.client = client;
    this.ponds = ponds;
    this.gridHost = {
      ...{ client, extension, openPond: (pond) => ponds.open(pond) },
      openQuery: (pond, sql) => this.create(pond, sql),
    };
    this.fixes = fixes;
    const closed = vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      this.problems.delete(uri);
      this.fixes.clear(uri);
      this.pondOf.delete(uri.toString());
    });
    // Results that were open when the window was closed: their queries are run again.
    const restored = vscode.window.registerWebviewPanelSerializer(resultPanel, {
      deserializeWebviewPanel: async (panel, state) => this.restore(panel, state),
    });
    this.listeners = vscode.Disposable.from(closed, restored);
  }

  /** Pond in which a document was last run; undefined before. */
  pondOfDocument({ uri }: vscode.TextDocument): string | undefined {
    return this.pondOf.get(uri.toString()) ?? parsePondUri(uri)?.pond;
  }

  /** Opens a new query document for a pond. */
  async create(pond: string, text: string): Promise<vscode.TextEditor> {
    const document = await vscode.workspace.openTextDocument({ language: queryLanguage, content: text });
    this.pondOf.set(document.uri.toString(), pond);
    return vscode.window.showTextDocument(document, { preview: false });
  }

  /** Runs the editor's selection, else the statement at the cursor, and shows the result. */
  async run(editor: vscode.TextEditor): Promise<void> {
    const { document, selection } = editor;
    const pond = this.pondOf.get(document.uri.toString()) ?? (await this.ponds.choose(document.uri));
    if (pond === undefined) return;
    this.pondOf.set(document.uri.toString(), pond);
    const statement = chosen(document, selection);
    if (statement === undefined) {
      void vscode.window.showInformationMessage('There is no statement to run.');
      return;
    }
    this.problems.delete(document.uri);
    this.fixes.clear(document.uri);
    await this.ponds.open(pond);
    try {
      const name = document.uri.path.split('/').at(-1);
      const grid = this.grid(document.uri, `Result: ${name} (${pondName(pond)})`);
      await grid.run({ pond, sql: statement.text });
    } catch (error) {
      this.mark(document, pond, { statement, error });
    }
  }

  /** Cancels the query of the grid shown last. */
  cancel(): void {
    this.lastGrid?.cancel();
  }

  dispose(): void {
    for (const grid of this.grids.values()) grid.dispose();
    this.problems.dispose();
    this.listeners.dispose();
  }

  /** Grid of a document, revealed; created if it has none. */
  private grid(uri: vscode.Uri, title: string): GridPanel {
    const key = uri.toString();
    const known = this.grids.get(key);
    const grid = known ?? new GridPanel(this.gridHost, newPanel(title));
    if (known === undefined) {
      grid.onDidClose(() => this.grids.delete(key));
      this.grids.set(key, grid);
    } else {
      grid.reveal();
    }
    this.lastGrid = grid;
    return grid;
  }

  /** Shows the result of a query again in a panel of an earlier window. */
  private restore(panel: vscode.WebviewPanel, state: unknown): void {
    const { query } = readPageState(state);
    if (query === undefined) {
      panel.dispose();
      return;
    }
    const grid = new GridPanel(this.gridHost, panel);
    this.lastGrid = grid;
    grid.run(query).catch((error: unknown) => this.client.log.info(`a result was not restored: ${errorText(error)}`));
  }

  /** Marks an error at the server's position, which is relative to the start of the statement. */
  private mark(
    document: vscode.TextDocument,
    pond: string,
    { statement, error }: { readonly statement: SqlStatement; readonly error: unknown },
  ): void {
    if (isCancelled(error)) return;
    const at = errorData(error)?.position;
    const first = document.positionAt(statement.start);
    const start =
      at === undefined
        ? first
        : new vscode.Position(first.line + at.line, (at.line === 0 ? first.character : 0) + at.character);
    const end = at === undefined ? document.positionAt(statement.start + statement.text.length) : start;
    const range = document.getWordRangeAtPosition(start) ?? new vscode.Range(start, end);
    const diagnostic = new vscode.Diagnostic(range, errorText(error));
    diagnostic.source = 'pond';
    const code = errorData(error)?.code;
    if (code !== undefined) diagnostic.code = code;
    this.problems.set(document.uri, [diagnostic]);
    this.fixes.set(document, pond, diagnostic, error);
  }
}

function newPanel(title: string): vscode.WebviewPanel {
  const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
  return vscode.window.createWebviewPanel(resultPanel, title, place);
}

function chosen(document: vscode.TextDocument, selection: vscode.Selection): SqlStatement | undefined {
  if (selection.isEmpty) return statementAt(document.getText(), document.offsetAt(selection.active));
  const text = document.getText(selection);
  return text.trim() === '' ? undefined : { text, start: document.offsetAt(selection.start) };
}
