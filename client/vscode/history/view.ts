import * as vscode from 'vscode';
import { type PondClient } from '../client.ts';
import { eachMinute } from '../clock.ts';
import { TreeRows } from '../treeRows.ts';
import { errorText } from '../errors.ts';
import { type OpenPonds } from '../ponds.ts';
import { pondName } from '../pondUri.ts';
import { timeText } from '../times.ts';
import { itemOf } from './items.ts';
import { filtersText, type HistoryFilters, type HistoryNode, nodeId } from './nodes.ts';
import { HistoryPages } from './pages.ts';
import { countText, numberText } from '../numberStrings.ts';

const viewId = 'pond.history';

/** Changed files that a commit lists in the view; the editor of all changes has the rest. */
const filesMax = 1000;

/** The History view: ponds (if there are several) → commits → changed files. */
export class HistoryView implements vscode.TreeDataProvider<HistoryNode>, vscode.Disposable {
  readonly #client: PondClient;
  readonly #ponds: OpenPonds;
  readonly #tree: vscode.TreeView<HistoryNode>;
  readonly #changed = new vscode.EventEmitter<HistoryNode[] | undefined>();
  readonly #drawn = new TreeRows(nodeId);
  readonly #listeners: vscode.Disposable[];
  readonly #pages = new Map<string, HistoryPages>();
  /** Ponds with new commits since the view was hidden. */
  readonly #outdated = new Set<string>();
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(client: PondClient, ponds: OpenPonds) {
    this.#client = client;
    this.#ponds = ponds;
    this.#tree = vscode.window.createTreeView(viewId, { treeDataProvider: this, showCollapseAll: true });
    this.#listeners = [
      this.#tree,
      eachMinute(() => this.#tick()),
      ponds.onDidAdd(() => this.#show()),
      ponds.onDidClose((pond) => {
        this.#pages.delete(pond);
        this.#show();
      }),
      client.onDidCommit(({ pond }) => this.#reloadSoon(pond)),
      this.#tree.onDidChangeVisibility(({ visible }) => {
        if (visible) for (const pond of this.#outdated) this.#reloadSoon(pond);
        this.#tick();
      }),
      client.onDidChangeState((state) => {
        if (state === 'running') for (const pond of this.#pages.keys()) this.#reloadSoon(pond);
      }),
    ];
    this.#show();
  }

  getTreeItem(node: HistoryNode): vscode.TreeItem {
    return this.#drawn.row(node, itemOf(node, Date.now()));
  }

  async getChildren(node?: HistoryNode): Promise<HistoryNode[]> {
    return this.#drawn.below(node, await this.#children(node));
  }

  async #children(node: HistoryNode | undefined): Promise<HistoryNode[]> {
    const [only, ...more] = this.#ponds.all;
    if (node === undefined) {
      if (only === undefined) return [];
      return more.length === 0 ? await this.#orNote(only, () => this.#commits(only)) : this.#pondRows();
    }
    if (node.type === 'pond') return await this.#orNote(node.pond, () => this.#commits(node.pond));
    if (node.type === 'commit') return await this.#orNote(node.pond, () => this.#files(node));
    return [];
  }

  /** Filters of a pond. */
  filters(pond: string): HistoryFilters {
    return this.#pages.get(pond)?.filters ?? {};
  }

  /** Shows the commits that pass the filters, and brings the view to the front. */
  async filter(pond: string, filters: HistoryFilters): Promise<void> {
    this.#pages.set(pond, new HistoryPages(this.#client, pond, filters));
    this.#show();
    await vscode.commands.executeCommand(`${viewId}.focus`);
  }

  /** Loads the next page of a pond. */
  async showMore(pond: string): Promise<void> {
    await this.#pages.get(pond)?.loadMore();
    this.#show();
  }

  /** Loads the latest commits again. */
  async reload(pond: string): Promise<void> {
    const before = this.#pages.get(pond);
    if (before === undefined) return;
    try {
      const again = await before.reloaded();
      if (this.#pages.get(pond) !== before) return;
      this.#pages.set(pond, again);
    } catch (error) {
      this.#client.log.warn(`history of ${pond}: ${errorText(error)}`);
    }
    this.#show();
  }

  /** Loads the latest commits again once the view shows them. */
  #reloadSoon(pond: string): void {
    this.#outdated.add(pond);
    if (this.#tree.visible && this.#outdated.delete(pond)) void this.reload(pond);
  }

  dispose(): void {
    for (const listener of this.#listeners) listener.dispose();
    this.#changed.dispose();
  }

  /** Shows ages as of now. */
  #tick(): void {
    const nowMs = Date.now();
    const rows = this.#tree.visible ? this.#drawn.changed((node) => itemOf(node, nowMs)) : [];
    if (rows.length > 0) this.#changed.fire([...rows]);
  }

  #show(): void {
    const filters = this.#ponds.all.map((pond) => this.filters(pond));
    void vscode.commands.executeCommand(
      'setContext',
      'pond.historyFiltered',
      filters.some((one) => filtersText(one) !== ''),
    );
    void vscode.commands.executeCommand(
      'setContext',
      'pond.historyWithoutRuns',
      filters.some(({ noRuns }) => noRuns === true),
    );
    this.#drawn.clear();
    this.#changed.fire(undefined);
  }

  #pondRows(): HistoryNode[] {
    return this.#ponds.all.map((pond) => ({ type: 'pond', pond }));
  }

  #pagesOf(pond: string): HistoryPages {
    const pages = this.#pages.get(pond) ?? new HistoryPages(this.#client, pond, {});
    this.#pages.set(pond, pages);
    return pages;
  }

  async #commits(pond: string): Promise<HistoryNode[]> {
    const pages = this.#pagesOf(pond);
    const { filters } = pages;
    const commits = await pages.loaded();
    const rows: HistoryNode[] = commits.map((commit) => ({ type: 'commit', pond, commit }));
    if (filtersText(filters) !== '') rows.unshift({ type: 'filters', pond, filters });
    if (pages.hasMore) rows.push({ type: 'more', pond, text: reachText(pages) });
    else if (commits.length === 0)
      rows.push({ type: 'note', pond, text: `${pondName(pond)} has no such commit.`, isFailure: false });
    return rows;
  }

  async #files({ pond, commit }: Extract<HistoryNode, { type: 'commit' }>): Promise<HistoryNode[]> {
    const { changes } = await this.#client.request('show', { pond, commit: String(commit.number) });
    const rows: HistoryNode[] = changes.slice(0, filesMax).map((change) => ({ type: 'file', pond, commit, change }));
    if (changes.length > filesMax) {
      const text = `${numberText(changes.length - filesMax)} more: Open All Changes of the commit lists them`;
      rows.push({ type: 'note', pond, text, isFailure: false });
    }
    return rows;
  }

  async #orNote(pond: string, work: () => Promise<HistoryNode[]>): Promise<HistoryNode[]> {
    try {
      return await work();
    } catch (error) {
      return [{ type: 'note', pond, text: errorText(error), isFailure: true }];
    }
  }
}

/** Says how far back the commits were read. */
function reachText({ reach: { searched, searchedTo } }: HistoryPages): string {
  const count = countText(searched, 'commit');
  return searchedTo === null ? `${count} read` : `${count} read, back to ${timeText(searchedTo)}`;
}
