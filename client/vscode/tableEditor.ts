import * as vscode from 'vscode';
import { type PondClient } from './client.ts';
import { errorText } from './errors.ts';
import { GridPanel } from './gridPanel.ts';
import { type OpenPonds } from './ponds.ts';
import { parsePondUri, type PondLocation } from './pondUri.ts';
import { type QueryDocuments } from './queryDocuments.ts';

/** The editor that shows a series or a table of a pond as rows. */
export const tableEditor = 'pond.table';

/** Shows series and tables in a read-only grid: files of ponds that hold rows, whatever their names. */
export class TableEditors implements vscode.CustomReadonlyEditorProvider {
  private readonly client: PondClient;
  private readonly ponds: OpenPonds;
  private readonly queries: QueryDocuments;
  private readonly extension: vscode.Uri;

  constructor(client: PondClient, ponds: OpenPonds, queries: QueryDocuments, extension: vscode.Uri) {
    this.client = client;
    this.ponds = ponds;
    this.queries = queries;
    this.extension = extension;
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => {} };
  }

  async resolveCustomEditor({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): Promise<void> {
    const location = parsePondUri(uri);
    if (location === undefined) throw new Error(`${uri.toString()} is not in a pond`);
    await this.ponds.open(location.pond);
    const grid = new GridPanel(this.client, this.extension, panel);
    this.queries.lastGrid = grid;
    const refresh = refreshWhenVisible(panel, () => {
      // The grid shows why it has no rows.
      grid.run({ pond: location.pond, sql: allRows(location) }).catch((error: unknown) => {
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

interface VisibleRefresh extends vscode.Disposable {
  request(): void;
}

/** Runs an action on each `request()` while the panel is visible, else once it becomes visible. */
function refreshWhenVisible(panel: vscode.WebviewPanel, run: () => void): VisibleRefresh {
  let isDue = false;
  const runIfVisible = (): void => {
    if (!isDue || !panel.visible) return;
    isDue = false;
    run();
  };
  const listener = panel.onDidChangeViewState(runIfVisible);
  return {
    request: () => {
      isDue = true;
      runIfVisible();
    },
    dispose: () => {
      listener.dispose();
    },
  };
}

function allRows({ path, at }: PondLocation): string {
  const name = at === undefined ? path : `${path}@${at}`;
  return `SELECT * FROM "${name.replaceAll('"', '""')}"`;
}
