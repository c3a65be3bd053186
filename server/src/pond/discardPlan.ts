/** Ways to resolve staged changes other than committing: discarding them, or keeping them over a conflict. */
import { PondError } from '../base/error.ts';
import { type CommittedNode, type PondNode } from './node.ts';
import { type EntryChange, type Overlay } from './overlay.ts';
import { isUnder } from '../tinyfs/path.ts';
import { pairRenames, type StagedAt, type StagedConflict, stagedEntries } from './stagedChanges.ts';
import { type Conflict } from './change.ts';

/** Plan of discarding staged changes. */
interface DiscardPlan {
  readonly entries: readonly EntryChange[];
  /** Number of changes, counted as `stagedChanges` does: a rename is one. */
  readonly count: number;
}

/** Discards staged changes: all, or those at or below the paths. A rename is discarded at both its ends. */
export function planDiscard(overlay: Overlay, paths: readonly string[] | undefined): DiscardPlan {
  const all = stagedEntries(overlay);
  const chosen = withOtherEnds(
    all,
    all.filter(({ path }) => paths === undefined || isUnder(path, paths)),
  );
  const changes = chosen.map((entry) => changeTo(overlay, entry, entry.base));
  // Entries that return to their old paths come first: what is staged below a moved directory follows it there.
  const entries = [...changes.filter(({ node }) => node !== null), ...changes.filter(({ node }) => node === null)];
  const states = chosen.map(({ path, node, base }) => ({ path, before: base, after: node ?? undefined }));
  return { entries, count: pairRenames(states).length };
}

/** Adds the other ends of renames: half a rename would leave the node at two paths, or at none. */
function withOtherEnds(all: readonly StagedAt[], chosen: readonly StagedAt[]): readonly StagedAt[] {
  const ids = new Set(chosen.flatMap(({ node, base }) => [node?.id, base?.id]));
  ids.delete(undefined);
  const more = all.filter(({ node, base }) => ids.has(node?.id) || ids.has(base?.id));
  return more.length === chosen.length ? more : withOtherEnds(all, more);
}

/** The changes that rebase a staged entry onto what is committed now. */
export function planResolve(overlay: Overlay, conflict: StagedConflict): readonly EntryChange[] {
  const { node, committed } = conflict;
  const next = node && committed && rebased(node, committed);
  return [
    changeTo(overlay, conflict, conflict.base),
    { ...changeTo(overlay, conflict, committed), node: next ?? node },
  ];
}

/** A directory has the content that is committed now: only its name and attributes are staged in its entry. */
function rebased(node: PondNode, committed: CommittedNode): PondNode {
  const version = { id: committed.id, version: committed.version + 1, previous: committed.row };
  if (node.type !== 'directory' || node.id !== committed.id) return { ...node, ...version };
  const { name, attributes, modifiedUs } = node;
  return { ...committed, ...version, name, attributes, modifiedUs, changedTxn: undefined };
}

function changeTo(overlay: Overlay, { directoryId, name }: StagedAt, base: CommittedNode | undefined): EntryChange {
  return { directory: overlay.chain(directoryId), name, node: base ?? null, base: base ?? null };
}

/** Fails `conflict` when there are any. */
export function refuseConflicts(conflicts: readonly Conflict[]): void {
  const [first, ...more] = conflicts;
  if (first === undefined) return;
  const others = more.length === 0 ? '' : ` and ${more.length} more`;
  throw new PondError('conflict', `${first.path}${others} changed in another commit since it was staged`, {
    path: first.path,
    hint: 'Discard the path to take the committed state, or resolve it to keep the staged one; then commit again.',
  });
}
