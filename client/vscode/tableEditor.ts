import * as vscode from 'vscode';
import { type PondClient } from './client.ts';
import { errorText } from './errors.ts';
import { GridPanel } from './gridPanel.ts';
import { parsePondUri, type PondLocation } from './pondUri.ts';
import { type QueryDocuments } from './queryDocuments.ts';
import { refreshWhenVisible } from './visibleRefresh.ts';
import { type TableQuery } from './webviews/grid/messages.ts';

/** The editors that show a file of a pond as rows: for files that are tables alone, and next to the text of others. */
export const tableEditor = 'pond.table';
export const textTableEditor = 'pond.textTable';

/** Shows series and tables in a read-only grid: files of ponds that hold rows, whatever their names. */
export class TableEditors implements vscode.CustomReadonlyEditorProvider {
  private readonly client: PondClient;
  private readonly queries: QueryDocuments;

  constructor(client: PondClient, queries: QueryDocuments) {
    this.client = client;
    this.queries = queries;
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => {} };
  }

  async resolveCustomEditor({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): Promise<void> {
    const location = parsePondUri(uri);
    if (location === undefined) throw new Error(`${uri.toString()} is not in a pond`);
    const grid = new GridPanel(this.queries.gridHost, panel);
    this.queries.lastGrid = grid;
    const refresh = refreshWhenVisible(panel, () => {
      // The grid shows why it has no rows.
      grid.run(tableOf(location)).catch((error: unknown) => {
        this.client.log.info(`${location.path}: ${errorText(error)}`);
      });
    });
    const listeners = vscode.Disposable.from(
      refresh,
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
