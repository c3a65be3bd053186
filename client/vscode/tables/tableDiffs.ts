import * as vscode from 'vscode';
import { type PondClient } from '../client.ts';
import { isCancelled } from '../errors.ts';
import { GridPanel } from './gridPanel.ts';
import { type GridHost } from './gridTable.ts';
import { type ComparedFiles, diffQuery } from './tableDiff.ts';
import { refreshWhenVisible } from './visibleRefresh.ts';
import { type DiffQuery, type TableQuery } from '../webviews/grid/messages.ts';

/** Opens the differences of two files or queries in a tab of their own, or shows that tab. */
export class TableDiffs implements vscode.Disposable {
  readonly #host: GridHost;
  readonly #panels = new Map<string, GridPanel>();

  constructor(host: GridHost) {
    this.#host = host;
  }

  async open({ pond, before, after }: ComparedFiles, title: string): Promise<GridPanel> {
    return await this.show({ pond, diff: diffQuery({ before, after }) }, title);
  }

  async show(query: { readonly pond: string; readonly diff: DiffQuery }, title: string): Promise<GridPanel> {
    const id = JSON.stringify(query);
    const known = this.#panels.get(id);
    if (known !== undefined) {
      known.reveal();
      return known;
    }
    const panel = vscode.window.createWebviewPanel('pond.grid', title, vscode.ViewColumn.Active);
    const grid = new GridPanel(this.#host, panel);
    this.#panels.set(id, grid);
    grid.onDidClose(() => this.#panels.delete(id));
    followWorkingTree(this.#host.client, { panel, grid, query });
    // The page shows why tables could not be compared.
    await grid.run(query).catch((error: unknown) => {
      if (!isCancelled(error)) this.#host.client.log.info(`${title}: not compared`);
    });
    return grid;
  }

  dispose(): void {
    for (const grid of this.#panels.values()) grid.dispose();
  }
}

/** Compares again when a file of the working tree changed that the panel compares; what the user chose is kept. */
export function followWorkingTree(
  client: PondClient,
  { panel, grid, query }: { readonly panel: vscode.WebviewPanel; readonly grid: GridPanel; readonly query: TableQuery },
): void {
  if (!('diff' in query)) return;
  const { before, after } = query.diff;
  const paths = [before, after].flatMap((side) => ('path' in side && side.at === undefined ? [side.path] : []));
  const refresh = refreshWhenVisible(panel, () => void grid.rerun());
  const changed = client.onDidChangeTree(({ pond, changes }) => {
    if (pond === query.pond && changes.some(({ path }) => paths.includes(path))) refresh.request();
  });
  const committed = client.onDidCommit(({ pond }) => {
    if (pond === query.pond && [before, after].some((side) => 'at' in side && side.at === 'HEAD')) refresh.request();
  });
  const listeners = vscode.Disposable.from(refresh, changed, committed);
  grid.onDidClose(() => void listeners.dispose());
}
