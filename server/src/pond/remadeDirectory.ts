/**
 * A directory that was removed and made again: it is the committed one with the entries that differ, however it was made.
 */
import { listCommitted } from './committedTree.ts';
import { type CommittedNode, type PondNode, sameAttributes, sameVersion } from './node.ts';
import { type EntryChange, type Overlay, type StagedEntry } from './overlay.ts';
import { type Store } from './store.ts';

/** A staged entry, and the committed node at its path. */
export interface ReplacedEntry extends StagedEntry {
  readonly directoryId: string;
  readonly name: string;
  readonly committed: CommittedNode;
}

/** Input of the comparison of a remade directory. */
interface Comparing {
  readonly store: Store;
  readonly overlay: Overlay;
  /** Returns whether a staged entry and a committed one are equal with all that is below them. */
  readonly isEqual: (node: PondNode, committed: CommittedNode) => Promise<boolean>;
  /** Returns whether a committed node and all below it are nowhere else in the tree. */
  readonly isFree: (committed: CommittedNode) => Promise<boolean>;
}

/**
 * True for a new directory in the place of a committed one that is nowhere else, of which it has at least half as many
 * entries: so the cost of a comparison is that of the entries that were made.
 */
export function isRemade({ overlay }: Pick<Comparing, 'overlay'>, entry: ReplacedEntry): boolean {
  const { node, base, committed } = entry;
  if (node?.type !== 'directory' || node.state !== 'new' || committed.type !== 'directory') return false;
  if (!sameVersion(base, committed) || !sameAttributes(node.attributes, committed.attributes)) return false;
  return 2 * overlay.entries(node.id).size >= committed.sizeBytes && !overlay.isMoved(committed.id);
}

/** Returns the changes that put the committed directory back, with the entries that differ staged in it. */
export async function remadeChanges(comparing: Comparing, entry: ReplacedEntry): Promise<readonly EntryChange[]> {
  const { store, overlay, isEqual, isFree } = comparing;
  const { node, committed, directoryId, name } = entry;
  const parent = overlay.chain(directoryId);
  const directory = [...parent, { id: committed.id, name }];
  const staged = overlay.entries(node?.id ?? '');
  const before = new Map((await listCommitted(store, committed)).map((child) => [child.name, child.node]));
  const changes: EntryChange[] = [];
  for (const [childName, child] of staged) {
    const base = before.get(childName);
    if (child.node === null) continue;
    if (base !== undefined && (await isEqual(child.node, base)) && (await isFree(base))) continue;
    for (const version of [...child.earlier, child.node])
      changes.push({ directory, name: childName, node: version, base: base ?? null });
  }
  for (const [childName, base] of before)
    if ((staged.get(childName)?.node ?? null) === null) changes.push({ directory, name: childName, node: null, base });
  // Last: what is staged below the new directory has moved by now.
  return [...changes, { directory: parent, name, node: committed, base: committed }];
}
