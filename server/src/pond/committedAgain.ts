/**
 * Staged entries that make again what is committed, in whatever way: nothing has to be staged there. Entries are equal by
 * type, attributes and content, as in the hash of the tree. Of a directory that is made again with other content, the
 * entries that differ are staged.
 *
 * The cost is that of the entries that changed, and of a replaced directory only once it has as many entries as the
 * committed one and its changed entries are as committed.
 */
import { type CommitNumber } from '../delta/commitNumber.ts';
import { type Backend } from '../tinyfs/backend.ts';
import { listCommitted, lookupCommitted, committedDirectory } from './committedTree.ts';
import { valueHash } from './hash.ts';
import { type CommittedNode, type PondNode, pondNode, sameAttributes } from './node.ts';
import { type EntryChange, isReplaced, type Overlay, type StagedEntry } from './overlay.ts';
import { isRemade, remadeChanges, type ReplacedEntry } from './remadeDirectory.ts';
import { type Store } from './store.ts';

/** A tree with changes staged on a commit. */
interface StagedTree {
  readonly store: Store;
  readonly overlay: Overlay;
  readonly head: CommitNumber;
  readonly tree: Pick<Backend, 'list' | 'lookup'>;
}

interface Located extends StagedEntry {
  readonly directoryId: string;
  readonly name: string;
}

/** A staged entry, and the equal one that is committed at its path; undefined when both are absent. */
interface EqualEntry extends Located {
  readonly committed: CommittedNode | undefined;
}

/**
 * Returns the changes that end the staging of entries which are as committed, else those that put back directories which
 * are made again; empty without any.
 */
export async function revertsToCommitted(staged: StagedTree): Promise<readonly EntryChange[]> {
  const { store, overlay, head } = staged;
  const equal: EqualEntry[] = [];
  const remade: ReplacedEntry[] = [];
  const directories = new Map<string, PondNode | undefined>();
  for (const entry of candidates(overlay)) {
    const { directoryId, name } = entry;
    if (!directories.has(directoryId)) {
      directories.set(directoryId, await committedDirectory(store, overlay, directoryId, head));
    }
    const directory = directories.get(directoryId);
    if (directory?.state !== 'committed') continue;
    const committed = await lookupCommitted(store, directory, name);
    if (await isAsCommitted(staged, counted(overlay, entry.node), committed)) equal.push({ ...entry, committed });
    else if (committed !== undefined && isRemade(staged, { ...entry, committed })) remade.push({ ...entry, committed });
  }
  const changes = (await withoutTaken(staged, equal)).map(({ directoryId, name, base = null }) => {
    return { directory: overlay.chain(directoryId), name, node: base, base };
  });
  if (changes.length === 0) return await putBack(staged, remade);
  // Entries that return to their paths come first: what is staged below a moved directory follows it there.
  return [...changes.filter(({ node }) => node !== null), ...changes.filter(({ node }) => node === null)];
}

async function putBack(staged: StagedTree, remade: readonly ReplacedEntry[]): Promise<readonly EntryChange[]> {
  if (remade.length === 0) return [];
  const present = staged.overlay.presentIds();
  const comparing = {
    ...staged,
    isEqual: (node: PondNode, committed: CommittedNode) => isSameTree(staged, counted(staged.overlay, node), committed),
    isFree: async (committed: CommittedNode) =>
      (await returningIds(staged, { node: null, committed })).every((id) => !present.has(id)),
  };
  const changes: EntryChange[] = [];
  for (const entry of remade) changes.push(...(await remadeChanges(comparing, entry)));
  return changes;
}

/** Entries that changed, the directories above them, and all replaced ones if the node of one may be free again. */
function candidates(overlay: Overlay): readonly Located[] {
  const found = new Map<string, Located>();
  const add = (directoryId: string, name: string): void => {
    const entry = overlay.entry(directoryId, name);
    if (entry !== undefined) found.set(`${directoryId}/${name}`, { ...entry, directoryId, name });
  };
  for (const [directoryId, names] of overlay.touched.names) {
    for (const name of names) add(directoryId, name);
    const chain = overlay.chain(directoryId);
    for (const [index, { name }] of chain.entries()) if (index > 0) add(chain[index - 1]!.id, name);
  }
  if (!overlay.touched.hasNodeLeft) return [...found.values()];
  for (const directoryId of overlay.changedDirectories()) {
    for (const [name, entry] of overlay.entries(directoryId)) if (isReplaced(entry)) add(directoryId, name);
  }
  return [...found.values()];
}

/** A staged node as the tree has it: a directory with the number of its entries. */
function counted(overlay: Overlay, node: PondNode | null): PondNode | undefined {
  if (node?.type !== 'directory') return node ?? undefined;
  return { ...node, sizeBytes: node.sizeBytes + overlay.countDelta(node.id) };
}

/** True for equal nodes; `node` is as the tree has it. */
async function isAsCommitted(
  staged: StagedTree,
  node: PondNode | undefined,
  committed: CommittedNode | undefined,
): Promise<boolean> {
  if (node === undefined || committed === undefined) return node === committed;
  if (node.type !== committed.type || !sameAttributes(node.attributes, committed.attributes)) return false;
  if (node.type !== 'directory') return valueHash(node) === valueHash(committed);
  // What is staged in the directory itself is staged in entries of its own.
  return node.id === committed.id || (await hasSameEntries(staged, node, committed));
}

async function hasSameEntries(staged: StagedTree, node: PondNode, committed: CommittedNode): Promise<boolean> {
  const { store, overlay, tree } = staged;
  const isEqual = async (name: string): Promise<boolean> => {
    const now = await tree.lookup(node, name);
    return await isSameTree(staged, now && pondNode(now), await lookupCommitted(store, committed, name));
  };
  if (node.sizeBytes !== committed.sizeBytes) return false;
  for (const name of overlay.touched.names.get(node.id) ?? []) if (!(await isEqual(name))) return false;
  for (const { name } of await listCommitted(store, committed)) if (!(await isEqual(name))) return false;
  return true;
}

/** True for equal nodes with all that is below them. */
async function isSameTree(
  staged: StagedTree,
  node: PondNode | undefined,
  committed: CommittedNode | undefined,
): Promise<boolean> {
  const isSame = await isAsCommitted(staged, node, committed);
  if (!isSame || node?.type !== 'directory' || node.id !== committed?.id) return isSame;
  return await hasSameEntries(staged, node, committed);
}

/**
 * Drops the entries whose committed node, or one below it, is elsewhere in the tree and stays there: no node is in a tree
 * twice.
 */
async function withoutTaken(staged: StagedTree, equal: readonly EqualEntry[]): Promise<readonly EqualEntry[]> {
  if (equal.length === 0) return [];
  const { overlay } = staged;
  const present = new Map<string, Located[]>();
  for (const directoryId of overlay.changedDirectories()) {
    for (const [name, entry] of overlay.entries(directoryId)) {
      const { node } = entry;
      if (node !== null) present.set(node.id, [...(present.get(node.id) ?? []), { ...entry, directoryId, name }]);
    }
  }
  const ids = new Map<EqualEntry, readonly string[]>();
  for (const entry of equal) ids.set(entry, await returningIds(staged, entry));
  for (let kept = equal; ;) {
    const dropped = new Set(kept.flatMap(({ node, committed }) => (node?.id === committed?.id ? [] : [node?.id])));
    const keys = new Set(kept.map(keyOf));
    const leaves = (place: Located): boolean => keys.has(keyOf(place)) || isBelow(overlay, place, dropped);
    const free = kept.filter((entry) => ids.get(entry)!.every((id) => (present.get(id) ?? []).every(leaves)));
    // What is below a directory that is reverted goes with it.
    if (free.length === kept.length) return kept.filter((entry) => !isBelow(overlay, entry, dropped));
    kept = free;
  }
}

/** Ids of the nodes that come back to an entry when its staging ends. */
async function returningIds(
  { store }: StagedTree,
  { node, committed }: Pick<EqualEntry, 'node' | 'committed'>,
): Promise<readonly string[]> {
  if (committed === undefined) return [];
  if (committed.type !== 'directory' || node?.id === committed.id) return [committed.id];
  const ids: string[] = [];
  const directories = [committed];
  for (let at = directories.pop(); at !== undefined; at = directories.pop()) {
    ids.push(at.id);
    for (const below of (await listCommitted(store, at)).map((entry) => entry.node)) {
      if (below.type === 'directory') directories.push(below);
      else ids.push(below.id);
    }
  }
  return ids;
}

const keyOf = ({ directoryId, name }: Located): string => `${directoryId}/${name}`;

function isBelow(overlay: Overlay, { directoryId }: Located, directories: ReadonlySet<string | undefined>): boolean {
  return directories.size > 0 && overlay.chain(directoryId).some(({ id }) => directories.has(id));
}
