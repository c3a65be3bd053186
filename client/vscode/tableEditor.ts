import * as vscode from 'vscode';
import { type PondClient } from './client.ts';
import { errorText } from './errors.ts';
import { GridPanel } from './gridPanel.ts';
import { saveTable, saveTableAs } from './saveTable.ts';
import { TableDocument } from './tableDocument.ts';
import { parsePondUri, type PondLocation } from './pondUri.ts';
import { type QueryDocuments } from './queryDocuments.ts';
import { refreshWhenVisible } from './visibleRefresh.ts';
import { type TableQuery } from './webviews/grid/messages.ts';

/** Shows tables and series in a grid, and edits those that are CSV or Parquet files. */
export class TableEditors implements vscode.CustomEditorProvider<TableDocument> {
  private readonly client: PondClient;
  private readonly queries: QueryDocuments;
  private readonly changed = new vscode.EventEmitter<vscode.CustomDocumentEditEvent<TableDocument>>();
  readonly onDidChangeCustomDocument = this.changed.event;

  constructor(client: PondClient, queries: QueryDocuments) {
    this.client = client;
    this.queries = queries;
  }

  async openCustomDocument(uri: vscode.Uri, { backupId }: vscode.CustomDocumentOpenContext): Promise<TableDocument> {
    const document = new TableDocument(uri);
    if (backupId !== undefined) document.restore(await vscode.workspace.fs.readFile(vscode.Uri.parse(backupId)));
    document.onDidChange((event) => this.changed.fire(event));
    return document;
  }

  saveCustomDocument(document: TableDocument, cancellation: vscode.CancellationToken): Promise<void> {
    return saveTable(this.client, document, cancellation);
  }

  saveCustomDocumentAs(
    document: TableDocument,
    target: vscode.Uri,
    cancellation: vscode.CancellationToken,
  ): Promise<void> {
    return saveTableAs(this.client, document, target, cancellation);
  }

  async revertCustomDocument(document: TableDocument): Promise<void> {
    document.clear();
  }

  async backupCustomDocument(
    document: TableDocument,
    { destination }: vscode.CustomDocumentBackupContext,
  ): Promise<vscode.CustomDocumentBackup> {
    await vscode.workspace.fs.writeFile(destination, document.backup());
    return { id: destination.toString(), delete: () => void vscode.workspace.fs.delete(destination) };
  }

  async resolveCustomEditor(document: TableDocument, panel: vscode.WebviewPanel): Promise<void> {
    const { uri } = document;
    const location = parsePondUri(uri);
    if (location === undefined) throw new Error(`${uri.toString()} is not in a pond`);
    const grid = new GridPanel(this.queries.gridHost, panel, document);
    this.queries.lastGrid = grid;
    const refresh = refreshWhenVisible(panel, () => {
      // Edits are of the rows that are shown: these stay until the edits are saved or reverted.
      if (document.isDirty && grid.state !== undefined) return;
      // The grid shows why it has no rows.
      grid.run(tableOf(location)).catch((error: unknown) => {
        this.client.log.info(`${location.path}: ${errorText(error)}`);
      });
    });
    const listeners = vscode.Disposable.from(
      refresh,
      document.onDidEdit(({ isAll }) => {
        if (isAll) refresh.request();
      }),
      this.client.onDidChangeTree(({ pond, changes }) => {
        const isItself = ({ path }: { readonly path: string }): boolean => path === location.path;
        if (pond === location.pond && location.at === undefined && changes.some(isItself)) refresh.request();
      }),
    );
    grid.onDidClose(() => void listeners.dispose());
    refresh.request();
  }
}

function tableOf({ pond, path, at }: PondLocation): TableQuery {
  return { pond, path, ...(at !== undefined && { at }) };
}
