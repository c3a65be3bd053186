import * as vscode from 'vscode';
import { type PondClient } from '../client.ts';
import { errorText } from '../errors.ts';
import { GridPanel } from './gridPanel.ts';
import { draftDisk, restoreDraft } from './tableDrafts.ts';
import { saveTable, saveTableAs } from './saveTable.ts';
import { TableDocument } from './tableDocument.ts';
import { parsePondUri, type PondLocation } from '../pondUri.ts';
import { type QueryDocuments } from '../queries/queryDocuments.ts';
import { refreshWhenVisible } from './visibleRefresh.ts';
import { type TableQuery } from '../webviews/grid/messages.ts';

/** Shows tables and series in a grid, and edits those that are CSV or Parquet files. */
export class TableEditors implements vscode.CustomEditorProvider<TableDocument> {
  readonly #client: PondClient;
  readonly #queries: QueryDocuments;
  readonly #drafts: vscode.Uri;
  readonly #changed = new vscode.EventEmitter<vscode.CustomDocumentContentChangeEvent<TableDocument>>();
  readonly onDidChangeCustomDocument = this.#changed.event;

  /** `drafts` is the folder of edits that are not saved. */
  constructor(client: PondClient, queries: QueryDocuments, drafts: vscode.Uri) {
    this.#client = client;
    this.#queries = queries;
    this.#drafts = drafts;
  }

  async openCustomDocument(uri: vscode.Uri, { backupId }: vscode.CustomDocumentOpenContext): Promise<TableDocument> {
    const document = new TableDocument(uri, draftDisk(this.#drafts, uri));
    await restoreDraft(document, backupId !== undefined);
    if (backupId !== undefined && document.base === undefined) document.withoutBackup();
    document.onDidChange((event) => this.#changed.fire(event));
    document.onDidEdit(() => {
      // VS Code does not ask for a backup of a document that has no edits any more.
      if (document.base === undefined) document.file.sync().catch((error: unknown) => this.#logDraft(document, error));
    });
    return document;
  }

  saveCustomDocument(document: TableDocument, cancellation: vscode.CancellationToken): Promise<void> {
    return saveTable(this.#client, document, cancellation);
  }

  saveCustomDocumentAs(
    document: TableDocument,
    target: vscode.Uri,
    cancellation: vscode.CancellationToken,
  ): Promise<void> {
    return saveTableAs(this.#client, document, target, cancellation);
  }

  async revertCustomDocument(document: TableDocument): Promise<void> {
    document.revert();
  }

  async backupCustomDocument(document: TableDocument): Promise<vscode.CustomDocumentBackup> {
    await document.file.sync();
    // The document removes its file itself, once it has no edits.
    return { id: document.uri.toString(), delete: () => undefined };
  }

  async resolveCustomEditor(document: TableDocument, panel: vscode.WebviewPanel): Promise<void> {
    const { uri } = document;
    const location = parsePondUri(uri);
    if (location === undefined) throw new Error(`${uri.path} is not in a pond`);
    const grid = new GridPanel(this.#queries.gridHost, panel, document);
    this.#queries.lastGrid = grid;
    const refresh = refreshWhenVisible(panel, () => {
      // The end of a save asks again.
      if (document.isSaving) return;
      // The grid shows why it has no rows.
      grid.run(tableOf(location)).catch((error: unknown) => {
        this.#client.log.info(`${location.path}: ${errorText(error)}`);
      });
    });
    const listeners = vscode.Disposable.from(
      refresh,
      document.onDidEdit(({ isAll }) => {
        if (isAll) refresh.request();
      }),
      this.#client.onDidChangeTree(({ pond, changes }) => {
        const isItself = ({ path }: { readonly path: string }): boolean => path === location.path;
        if (pond === location.pond && location.at === undefined && changes.some(isItself)) refresh.request();
      }),
    );
    grid.onDidClose(() => void listeners.dispose());
    document.announceRestored();
    refresh.request();
  }

  #logDraft({ uri }: TableDocument, error: unknown): void {
    this.#client.log.warn(`the saved edits of ${uri.path} were not removed from the drafts: ${errorText(error)}`);
  }
}

function tableOf({ pond, path, at }: PondLocation): TableQuery {
  return { pond, path, ...(at !== undefined && { at }) };
}
