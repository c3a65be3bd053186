/** The tree of a Watertown pond through its transactions: nodes keep their ids, so that a new name is a move. */
import { isName, joinPath } from '../tinyfs/path.ts';
import { type WatertownEntry } from './watertownDirectory.ts';

/** Id of the root of every pond. */
const rootNode = '00000000-0000-7100-8000-000000000000';

/** Nodes that the system keeps for itself in the root: an index, and the log of its commits. */
const indexNode = '00000000-0000-7700-8000-000000000000';
export const logNode = '00000000-0000-7700-8000-000000000001';

/** A directory may be this deep. */
const depthMax = 250;

/** A node at a path. */
export interface PlacedNode {
  readonly nodeId: string;
  readonly type: string;
  readonly path: string;
}

/** Differences of the tree after a transaction. */
export interface TreeChanges {
  /** Nodes that left their path, deepest first: removed, or moved to another path. */
  readonly gone: readonly (PlacedNode & { readonly isMoved: boolean })[];
  /** Nodes at new paths, parents first. */
  readonly placed: readonly (PlacedNode & { readonly isMoved: boolean })[];
  /** Entries that no pond can hold. */
  readonly refused: readonly { readonly path: string; readonly reason: string }[];
}

interface Link {
  readonly parent: string;
  readonly name: string;
  readonly type: string;
}

type Refused = TreeChanges['refused'][number];

/** Entries of all directories after the transactions so far. The cost of a transaction is that of its directories. */
export class WatertownTree {
  readonly #pondId: string;
  readonly #entries = new Map<string, readonly WatertownEntry[]>();
  readonly #links = new Map<string, Link>();

  constructor(pondId: string) {
    this.#pondId = pondId;
  }

  /** Applies the snapshots of directories of one transaction, by node id. */
  apply(snapshots: ReadonlyMap<string, readonly WatertownEntry[]>): TreeChanges {
    const refused: Refused[] = [];
    const own = new Map<string, readonly WatertownEntry[]>();
    for (const [directory, entries] of snapshots) {
      own.set(
        directory,
        entries.filter((entry) => this.#isOwn(directory, entry, refused)),
      );
    }
    const ids = new Set<string>();
    for (const directory of snapshots.keys()) {
      for (const { nodeId } of [...(this.#entries.get(directory) ?? []), ...own.get(directory)!]) ids.add(nodeId);
    }
    const before = new Map([...ids].map((id) => [id, { link: this.#links.get(id), node: this.node(id) }]));
    for (const [directory, entries] of own) this.#unlink(directory, entries);
    for (const [directory, entries] of own) this.#link(directory, entries, refused);
    return { ...this.#differences(before), refused };
  }

  /** Returns a node with its path; undefined for one that no directory of the tree has. */
  node(nodeId: string): PlacedNode | undefined {
    const names: string[] = [];
    for (let at = nodeId; at !== rootNode;) {
      const link = this.#links.get(at);
      if (link === undefined || names.length > depthMax) return undefined;
      names.unshift(link.name);
      at = link.parent;
    }
    return { nodeId, path: joinPath('/', ...names), type: this.#links.get(nodeId)?.type ?? 'dir:physical' };
  }

  /** Returns all nodes below a directory, parents first. */
  below(directory: string = rootNode): readonly PlacedNode[] {
    return (this.#entries.get(directory) ?? []).flatMap(({ nodeId, name }) => {
      const link = this.#links.get(nodeId);
      const node = link?.parent === directory && link.name === name ? this.node(nodeId) : undefined;
      return node === undefined ? [] : [node, ...this.below(nodeId)];
    });
  }

  #isOwn(directory: string, { name, nodeId, pondId }: WatertownEntry, refused: Refused[]): boolean {
    if (nodeId === indexNode || nodeId === logNode) return false;
    const path = joinPath(this.node(directory)?.path ?? '/', name);
    if (pondId !== undefined && pondId !== this.#pondId)
      refused.push({ path, reason: `it is mounted from the pond ${pondId}` });
    else if (!isName(name)) refused.push({ path, reason: 'its name is not valid in a pond' });
    else return true;
    return false;
  }

  #unlink(directory: string, entries: readonly WatertownEntry[]): void {
    for (const { nodeId, name } of this.#entries.get(directory) ?? []) {
      const link = this.#links.get(nodeId);
      if (link?.parent === directory && link.name === name) this.#links.delete(nodeId);
    }
    this.#entries.set(directory, entries);
  }

  #link(directory: string, entries: readonly WatertownEntry[], refused: Refused[]): void {
    for (const { nodeId, name, type } of entries) {
      const other = this.#links.get(nodeId);
      const isStale = other !== undefined && !this.#lists(other, nodeId);
      if (nodeId === rootNode || (other !== undefined && !isStale)) {
        refused.push({ path: joinPath(this.node(directory)?.path ?? '/', name), reason: 'it is listed twice' });
      } else this.#links.set(nodeId, { parent: directory, name, type });
    }
  }

  /** True while the directory of a link has the entry. */
  #lists({ parent, name }: Link, nodeId: string): boolean {
    return (this.#entries.get(parent) ?? []).some((entry) => entry.nodeId === nodeId && entry.name === name);
  }

  #differences(
    before: ReadonlyMap<string, { readonly link: Link | undefined; readonly node: PlacedNode | undefined }>,
  ): Pick<TreeChanges, 'gone' | 'placed'> {
    const gone: TreeChanges['gone'][number][] = [];
    const placed: TreeChanges['placed'][number][] = [];
    for (const [id, { link: formerLink, node: former }] of before) {
      const [link, node] = [this.#links.get(id), this.node(id)];
      const isSameLink = link?.parent === formerLink?.parent && link?.name === formerLink?.name;
      if (former !== undefined && node !== undefined && isSameLink) continue;
      const isMoved = former !== undefined && node !== undefined;
      if (former !== undefined) gone.push({ ...former, isMoved });
      if (node === undefined) continue;
      placed.push({ ...node, isMoved });
      // What was below a directory that had no path.
      if (!isMoved)
        for (const below of this.below(id)) if (!before.has(below.nodeId)) placed.push({ ...below, isMoved });
    }
    const depth = ({ path }: PlacedNode): number => path.split('/').length;
    return { gone: gone.sort((a, b) => depth(b) - depth(a)), placed: placed.sort((a, b) => depth(a) - depth(b)) };
  }
}
