import type * as vscode from 'vscode';

/** Interval at which ages are shown again, milliseconds: they are in minutes. */
export const clockMs = 60_000;

interface ParentRow<N> {
  /** Undefined for the top. */
  readonly node: N | undefined;
  readonly children: readonly N[];
  readonly text: string;
}

/**
 * The rows of a tree view as VS Code drew them. To draw a row again closes its menu and loses a click, so only rows that
 * changed are drawn again: a row by its item, and the rows below one by their nodes.
 */
export class TreeRows<N> {
  readonly #idOf: (node: N) => string;
  /** Rows whose children were drawn, by id; VS Code knows rows by the nodes that it got as children. */
  readonly #parents = new Map<string, ParentRow<N>>();
  /** Text of all that is seen of a row, by id. */
  readonly #seen = new Map<string, string>();
  readonly #closed = new Set<string>();

  constructor(idOf: (node: N) => string) {
    this.#idOf = idOf;
  }

  /** Notes a row that is drawn now, and returns its item. */
  row(node: N, item: vscode.TreeItem): vscode.TreeItem {
    this.#seen.set(this.#idOf(node), seenOf(item));
    return item;
  }

  /** Notes the rows that are drawn below a row, at the top without one, and returns them. */
  below(node: N | undefined, children: N[]): N[] {
    this.#parents.set(this.#id(node), { node, children, text: JSON.stringify(children) });
    return children;
  }

  /** Notes that the rows below a row are hidden, or shown again. */
  setClosed(node: N, isClosed: boolean): void {
    if (isClosed) this.#closed.add(this.#idOf(node));
    else this.#closed.delete(this.#idOf(node));
  }

  /** Forgets all rows, which are drawn again. */
  clear(): void {
    this.#parents.clear();
    this.#seen.clear();
  }

  /** Rows whose children were drawn, closed ones too; undefined is the top. */
  get parents(): readonly (N | undefined)[] {
    return [...this.#parents.values()].map(({ node }) => node);
  }

  /** True for a row whose children are hidden. */
  isClosed(node: N): boolean {
    return this.#closed.has(this.#idOf(node));
  }

  /** True when other rows are below a row now. */
  isOther(node: N | undefined, children: readonly N[]): boolean {
    return this.#parents.get(this.#id(node))?.text !== JSON.stringify(children);
  }

  /** Rows whose items are others now. */
  changed(itemOf: (node: N) => vscode.TreeItem): readonly N[] {
    const rows = [...this.#parents.values()].flatMap(({ children }) => children);
    return rows.filter((node) => {
      const seen = this.#seen.get(this.#idOf(node));
      return seen !== undefined && seen !== seenOf(itemOf(node));
    });
  }

  #id(node: N | undefined): string {
    return node === undefined ? '' : this.#idOf(node);
  }
}

/** All that is seen of a row; its command has the node, which is not seen. */
function seenOf({ command, ...seen }: vscode.TreeItem): string {
  return JSON.stringify([seen, command?.command]);
}
