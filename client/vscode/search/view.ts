import * as vscode from 'vscode';
import { printable } from '../../../server/src/base/printable.ts';
import { type GrepPosition } from '../../../server/src/protocol/commands.ts';
import { type PondClient } from '../client.ts';
import { errorText, isCancelled } from '../errors.ts';
import { type OpenPonds } from '../ponds.ts';
import { openArguments } from '../openFile.ts';
import { pondUri, shownPath } from '../pondUri.ts';
import { addMatch, foundText, type TextSearch, type SearchNode, type SearchQuery } from './state.ts';
import { countText } from '../numberStrings.ts';

const viewId = 'pond.search';
/** Lines that one request returns at most, and that the view shows. */
const pageLines = 500;
const linesMax = 10_000;
/** Letters of a line that a row shows before its match. */
const lettersBefore = 40;

/** The Search view: files with the lines that were found. Lines appear while the search goes on. */
export class SearchView implements vscode.TreeDataProvider<SearchNode>, vscode.Disposable {
  readonly #client: PondClient;
  readonly #tree: vscode.TreeView<SearchNode>;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #listener: vscode.Disposable;
  /** The last search; undefined before the first, and after its pond was closed. */
  #search: TextSearch | undefined;
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(client: PondClient, ponds: OpenPonds) {
    this.#client = client;
    this.#listener = ponds.onDidClose((pond) => {
      if (this.#search?.query.pond === pond) this.#clear();
    });
    this.#tree = vscode.window.createTreeView(viewId, { treeDataProvider: this, showCollapseAll: true });
  }

  /** Query of the last search; undefined before the first. */
  get lastQuery(): SearchQuery | undefined {
    return this.#search?.query;
  }

  getTreeItem(node: SearchNode): vscode.TreeItem {
    return node.type === 'file' ? fileRow(node) : matchRow(node);
  }

  getChildren(node?: SearchNode): SearchNode[] {
    if (node === undefined) {
      const search = this.#search;
      if (search === undefined) return [];
      return [...search.files].map(([path, matches]) => ({ type: 'file', query: search.query, path, matches }));
    }
    const { query } = node;
    return node.type === 'file' ? node.matches.map((match) => ({ type: 'match', query, match })) : [];
  }

  /** Searches, in place of a search that is going on. Resolves when all was searched, or the search was cancelled. */
  async start(query: SearchQuery): Promise<void> {
    this.cancel();
    const search: TextSearch = { query, files: new Map(), cancelling: new vscode.CancellationTokenSource() };
    this.#search = search;
    this.#changed.fire(undefined);
    this.#isSearching(true);
    await vscode.commands.executeCommand(`${viewId}.focus`);
    try {
      await vscode.window.withProgress({ location: { viewId } }, () => this.#pages(search));
    } catch (error) {
      if (this.#search === search)
        this.#tree.message = isCancelled(error) ? `${foundText(search)} Cancelled.` : errorText(error);
    } finally {
      if (this.#search === search) this.#isSearching(false);
    }
  }

  /** Cancels the search that is going on. */
  cancel(): void {
    this.#search?.cancelling.cancel();
  }

  dispose(): void {
    this.cancel();
    this.#listener.dispose();
    this.#tree.dispose();
    this.#changed.dispose();
  }

  /** Shows the view as it was before the first search. */
  #clear(): void {
    this.cancel();
    // The search that was cancelled reports nothing.
    this.#search = undefined;
    this.#tree.message = '';
    this.#isSearching(false);
    this.#changed.fire(undefined);
  }

  async #pages(search: TextSearch): Promise<void> {
    const { token } = search.cancelling;
    const { pond, text, regex, matchCase, include, exclude, at } = search.query;
    const params = { pond, text, regex, ignoreCase: !matchCase, exclude, paged: true, limit: pageLines };
    const paths = include.length === 0 ? ['/'] : include;
    let after: GrepPosition | null | undefined;
    let [searched, notText, lines] = [0, 0, 0];
    while (after !== null && lines < linesMax) {
      const from = { ...(after !== undefined && { after }), ...(at !== undefined && { at }) };
      const page = await this.#client.request('grep', { ...params, paths, ...from }, token);
      if (token.isCancellationRequested) throw new vscode.CancellationError();
      for (const match of page.matches) addMatch(search, match);
      [searched, notText, lines, after] = [
        searched + page.searched,
        notText + page.notText,
        lines + page.matches.length,
        page.next,
      ];
      this.#tree.message = `${foundText(search)} ${countText(searched, 'file')} searched…`;
      this.#changed.fire(undefined);
    }
    const skipped = notText === 0 ? '' : ` ${countText(notText, 'file')} not searched: binary files and tables.`;
    const cut = after === null ? '' : ' There are more: name fewer files, or a longer text.';
    this.#tree.message = `${foundText(search)} ${countText(searched, 'file')} searched.${skipped}${cut}`;
  }

  #isSearching(on: boolean): void {
    void vscode.commands.executeCommand('setContext', 'pond.searching', on);
  }
}

function fileRow({ query, path, matches }: Extract<SearchNode, { type: 'file' }>): vscode.TreeItem {
  const at = path.lastIndexOf('/');
  const item = new vscode.TreeItem(printable(path.slice(at + 1)), vscode.TreeItemCollapsibleState.Expanded);
  item.id = path;
  item.description = printable(`${path.slice(0, at) || '/'} · ${matches.length}`);
  item.resourceUri = pondUri(query.pond, path, query.at);
  item.iconPath = vscode.ThemeIcon.File;
  return item;
}

function matchRow({ query, match }: Extract<SearchNode, { type: 'match' }>): vscode.TreeItem {
  const { line, text, character, length } = match;
  const start = Math.max(text.length - text.trimStart().length, character - lettersBefore);
  const label = printable(text.slice(start, character + length + 200));
  const [from, to] = [character - start, character - start + length];
  const item = new vscode.TreeItem({ label, highlights: from >= 0 ? [[from, to]] : [] });
  item.id = `${shownPath(match)}:${line}`;
  item.description = String(line);
  item.tooltip = printable(`${shownPath(match)}:${line}`);
  const range = new vscode.Range(line - 1, character, line - 1, character + length);
  const uri = pondUri(query.pond, shownPath(match), query.at);
  const opened = openArguments(uri, { selection: range, preview: true });
  item.command = { command: 'vscode.open', title: 'Open', arguments: opened };
  item.accessibilityInformation = { label: printable(`line ${line}: ${text.trim().slice(0, 200)}`) };
  return item;
}
