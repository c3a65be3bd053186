/** Selection of a part of the staged changes that can be committed without the rest. */
import { wasCommitted } from './node.ts';
import { type InPart, Overlay } from './overlay.ts';
import { isUnder } from '../tinyfs/path.ts';
import { type StagedAt, stagedEntries } from './stagedChanges.ts';

/**
 * Selects the staged changes at or below the paths, and those without which they cannot be committed: the other end of
 * a rename, and the new or renamed directories above. Undefined when nothing is staged there.
 */
export function selectPart(overlay: Overlay, paths: readonly string[]): InPart | undefined {
  const all = stagedEntries(overlay);
  const chosen = new Set(all.filter(({ path }) => isUnder(path, paths)));
  if (chosen.size === 0) return undefined;
  const needs = neededBy(overlay, all);
  // A set is visited in the order of its additions, with those that are made meanwhile.
  for (const entry of chosen) for (const needed of needs(entry)) chosen.add(needed);
  const keys = new Set([...chosen].map(keyOf));
  return (directoryId, name) => keys.has(keyOf({ directoryId, name }));
}

const keyOf = ({ directoryId, name }: Pick<StagedAt, 'directoryId' | 'name'>): string => `${directoryId}/${name}`;

/** Returns a function that lists the entries which have to be committed together with one. */
function neededBy(overlay: Overlay, all: readonly StagedAt[]): (entry: StagedAt) => readonly StagedAt[] {
  const byNode = new Map<string, StagedAt[]>();
  for (const entry of all) {
    for (const id of new Set([entry.node?.id, entry.base?.id])) {
      if (id !== undefined) byNode.set(id, [...(byNode.get(id) ?? []), entry]);
    }
  }
  const [nodes, bases] = [new Set(all.map(({ node }) => node?.id)), new Set(all.map(({ base }) => base?.id))];
  const removed = new Set(all.filter(({ base }) => base?.type === 'directory' && !nodes.has(base.id)));
  const moved = new Set(all.filter(({ node }) => node !== null && wasCommitted(node) && !bases.has(node.id)));
  return (entry) => [
    ...(byNode.get(entry.node?.id ?? '') ?? []),
    ...(byNode.get(entry.base?.id ?? '') ?? []),
    ...overlay.chain(entry.directoryId).flatMap(({ id }) => byNode.get(id) ?? []),
    // Where such a node was is not staged any more: with the directory, all in it was removed.
    ...(moved.has(entry) ? removed : []),
    ...(removed.has(entry) ? moved : []),
  ];
}

/** Returns an overlay with the entries of the part, or without them. */
export function partOf(overlay: Overlay, isWanted: InPart): Overlay {
  const part = new Overlay();
  for (const change of overlay.changes()) {
    const { id } = change.directory.at(-1)!;
    if (isWanted(id, change.name)) part.apply(change, overlay.modifiedUs(id) ?? 0);
  }
  return part;
}
