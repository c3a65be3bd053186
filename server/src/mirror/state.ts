/**
 * The last common state of a mirror, local to this copy of the pond: `_pond/mirrors/<id>` has all paths, and
 * `<id>.changes` those that differ since, so that a round writes what it changed.
 */
import { randomUUID } from 'node:crypto';
import { PondError } from '../base/error.ts';
import { LruCache } from '../base/lruCache.ts';
import { type Disk } from '../storage/disk.ts';
import { makeDirectoryDurable, replaceFile } from '../storage/durable.ts';
import { changesText, type MirrorState, parseState, type StateBase, stateText, withChanges } from './stateFile.ts';

const directory = '_pond/mirrors';
/** Changed paths that are written instead of all, and their largest share of all. */
const changesMax = 200;
const changedShareMax = 0.5;

/** Bytes of parsed states in memory: a process that watches reads its own state again for each round. */
const cachedBytesMax = 32 * 1024 * 1024;

/** Parsed files with all paths, by the id of the mirror: a file of the same bytes is not parsed again. */
const parsedFiles = new LruCache<string, { readonly bytes: Uint8Array; readonly state: MirrorState }>({
  max: cachedBytesMax,
  sizeOf: ({ bytes }) => bytes.length,
});

/**
 * Reads the state of the mirror with that id. Undefined before the first round. Fails `pond-damaged` for a file that is
 * not a state: a mirror that took it for a lost one would bring back what was deleted.
 */
export function readState(disk: Disk, id: string): MirrorState | undefined {
  const path = pathOf(id);
  const bytes = disk.readFile(path);
  if (bytes === undefined) return undefined;
  const cached = parsedFiles.get(id);
  const isCached = cached !== undefined && Buffer.compare(cached.bytes, bytes) === 0;
  const state = isCached ? cached.state : parseState(Buffer.from(bytes).toString());
  if (state === undefined) throw notState(path);
  if (!isCached) parsedFiles.set(id, { bytes, state });
  const changes = state.base === undefined ? undefined : disk.readFile(changesPathOf(id));
  if (changes === undefined) return state;
  const changed = withChanges(state, Buffer.from(changes).toString());
  if (changed === undefined) throw notState(changesPathOf(id));
  return changed;
}

function notState(path: string): PondError {
  return new PondError('pond-damaged', `${path} is not the state of a mirror`, {
    path,
    hint: "'pond mirror NAME --start-over' compares both sides as in a first round, and deletes nothing.",
  });
}

/** Writes the state durably: what differs from the one before, or all of it where that is much or unknown. */
export function writeState(disk: Disk, id: string, state: MirrorState, before: MirrorState | undefined): void {
  makeDirectoryDurable(disk, directory);
  const changed = before?.base === undefined ? undefined : changedPaths(state, before, before.base);
  if (changed !== undefined && before?.base !== undefined) {
    return replaceFile(disk, changesPathOf(id), Buffer.from(changesText(state, before.base.id, changed)));
  }
  const base = { id: randomUUID(), changed: new Set<string>() };
  const bytes = Buffer.from(stateText(state, base.id));
  // Changes of an earlier file name that one, so they do not count from here on.
  replaceFile(disk, pathOf(id), bytes);
  parsedFiles.set(id, { bytes, state: { ...state, base } });
}

/** Returns the paths that differ from the file with all; undefined when they are too many. */
function changedPaths(
  { ancestors }: MirrorState,
  before: MirrorState,
  { changed: earlier }: StateBase,
): ReadonlySet<string> | undefined {
  const changed = new Set(earlier);
  for (const [path, ancestor] of ancestors) if (before.ancestors.get(path) !== ancestor) changed.add(path);
  for (const path of before.ancestors.keys()) if (!ancestors.has(path)) changed.add(path);
  return changed.size > changesMax || changed.size > ancestors.size * changedShareMax ? undefined : changed;
}

/** Removes the state: the next round is a first one. Returns false when there is none. */
export function forgetState(disk: Disk, id: string): boolean {
  if (disk.stat(pathOf(id)) === undefined) return false;
  disk.remove(pathOf(id));
  if (disk.stat(changesPathOf(id)) !== undefined) disk.remove(changesPathOf(id));
  disk.syncDirectory(directory);
  return true;
}

function pathOf(id: string): string {
  return `${directory}/${id}`;
}

function changesPathOf(id: string): string {
  return `${pathOf(id)}.changes`;
}
