import { sha256Of } from '../base/sha256.ts';
import { type CommitNumber } from '../delta/commitNumber.ts';
import { attributesText } from '../oplog/directoryEntry.ts';
import { type Node } from '../tinyfs/backend.ts';
import { committedDirectory, lookupCommitted } from './committedTree.ts';
import { type CommittedNode, type PondNode, sameAttributes, sameVersion } from './node.ts';
import { isSameValue } from './series.ts';
import { type Overlay, type StagedEntry } from './overlay.ts';
import { compareNames } from './pages.ts';
import { type Store } from './store.ts';
import { type StagedContents } from './stagedContent.ts';
import { type Change, type Conflict } from './change.ts';
import { type ChangeCounts, type CommitRequest } from './commitRecord.ts';

/** Changes to commit, with their content. */
export interface ChangesToCommit {
  /** UUID of the attempt. */
  readonly id: string;
  readonly request: CommitRequest;
  readonly overlay: Overlay;
  readonly contents: StagedContents;
  /** Changes that the commit's record counts. */
  readonly counted: readonly Change[];
  /** Attributes of the root directory after the commit, if it changes them. */
  readonly rootAttributes?: PondNode['attributes'];
}

/** A staged entry with its location. */
export interface StagedAt extends StagedEntry {
  readonly directoryId: string;
  readonly name: string;
  readonly path: string;
}

/** All staged entries, in path order. */
export function stagedEntries(overlay: Overlay): readonly StagedAt[] {
  return overlay
    .changedDirectories()
    .flatMap((directoryId) => {
      const directory = pathOf(overlay, directoryId);
      return [...overlay.entries(directoryId)].map(([name, entry]) => {
        const path = `${directory}/${name}`;
        return { ...entry, directoryId, name, path };
      });
    })
    .sort((a, b) => compareNames({ name: a.path }, { name: b.path }));
}

/** Hash of the staged entries by path, value and base: equal while the same is staged. */
export function stagedHash(overlay: Overlay): string {
  const valueOf = (node: PondNode | undefined): string[] =>
    node === undefined
      ? []
      : [node.id, node.type, String(node.version), node.sha256, node.seriesHash, attributesText(node.attributes)];
  const entries = stagedEntries(overlay).map(({ path, node, base }) => [
    path,
    valueOf(node ?? undefined),
    valueOf(base),
  ]);
  return sha256Of(JSON.stringify(entries));
}

/** Path of a staged directory, '' for the root. */
function pathOf(overlay: Overlay, directoryId: string): string {
  return overlay
    .chain(directoryId)
    .slice(1)
    .map(({ name }) => `/${name}`)
    .join('');
}

/** Staged changes as differences from the latest commit: a removal and an addition of one node are a rename. */
export function stagedChanges(overlay: Overlay): readonly Change[] {
  return pairRenames(
    stagedEntries(overlay).map(({ path, node, base }) => ({ path, before: base, after: node ?? undefined })),
  );
}

/** Two states of one path; at least one is present. */
export interface PathStates {
  readonly path: string;
  readonly before: Node | undefined;
  readonly after: Node | undefined;
}

/** Assigns the kind of each difference; a node that left one path and appeared at another is one rename. */
export function pairRenames(states: readonly PathStates[]): readonly Change[] {
  const left = new Map(states.filter(isLeft).map((state) => [state.before!.id, state]));
  const moved = new Map<string, PathStates>();
  for (const state of states) {
    const origin = state.after && left.get(state.after.id);
    if (origin !== undefined && origin.path !== state.path && state.before?.id !== state.after?.id)
      moved.set(origin.path, state);
  }
  const changes = states.flatMap((state): Change[] => {
    const { path, before, after } = state;
    const origin = after && before?.id !== after.id ? left.get(after.id) : undefined;
    if (origin !== undefined && origin.path !== path) {
      return [{ kind: 'renamed', path, from: origin.path, before: origin.before, after }];
    }
    if (after === undefined && moved.has(path)) return [];
    const kind = before === undefined ? 'added' : after === undefined ? 'removed' : 'modified';
    return [{ kind, path, before, after }];
  });
  return withoutCarried(changes);
}

/** Drops changes that a renamed directory only carried along. */
function withoutCarried(changes: readonly Change[]): readonly Change[] {
  const renamed = new Map(
    changes.flatMap(({ kind, path, from }) => (kind === 'renamed' ? [[path, from!] as const] : [])),
  );
  return changes.filter(({ kind, path, from, before, after }) => {
    if (kind !== 'renamed' || !isSameValue(before!, after!)) return true;
    const [directory, name] = splitLast(path);
    const origin = renamed.get(directory);
    return origin === undefined || from !== `${origin}/${name}`;
  });
}

function splitLast(path: string): [directory: string, name: string] {
  const at = path.lastIndexOf('/');
  return [path.slice(0, at), path.slice(at + 1)];
}

const isLeft = ({ before, after }: PathStates): boolean => before !== undefined && before.id !== after?.id;

/** Number of changes of each kind. */
export function countChanges(changes: readonly Change[], bytes: number): ChangeCounts {
  const count = (kind: Change['kind']): number => changes.filter((change) => change.kind === kind).length;
  return {
    added: count('added'),
    modified: count('modified'),
    removed: count('removed'),
    renamed: count('renamed'),
    bytes,
  };
}

/** A conflict with its staged entry. */
export interface StagedConflict extends StagedAt, Conflict {
  readonly base: CommittedNode | undefined;
  readonly committed: CommittedNode | undefined;
}

/** Staged entries whose base is not what commit `head` has at their path. */
export async function findConflicts(
  store: Store,
  overlay: Overlay,
  head: CommitNumber,
): Promise<readonly StagedConflict[]> {
  const conflicts: StagedConflict[] = [];
  const directories = new Map<string, PondNode | undefined>();
  for (const entry of stagedEntries(overlay)) {
    if (!directories.has(entry.directoryId)) {
      directories.set(entry.directoryId, await committedDirectory(store, overlay, entry.directoryId, head));
    }
    const directory = directories.get(entry.directoryId);
    const committed =
      directory?.state === 'committed' ? await lookupCommitted(store, directory, entry.name) : undefined;
    if (directory !== undefined && sameVersion(committed, entry.base)) continue;
    conflicts.push({ ...entry, committed, staged: entry.node ?? undefined });
  }
  return conflicts;
}

/** True for a staged directory of which another commit changed nothing but what is in it. */
export function isContentOnly({ node, base, committed }: StagedConflict): boolean {
  if (node?.type !== 'directory' || base === undefined || committed === undefined) return false;
  return node.id === base.id && committed.id === base.id && sameAttributes(committed.attributes, base.attributes);
}
