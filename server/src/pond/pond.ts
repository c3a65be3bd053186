import { randomUUID } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { isPondError, PondError } from '../base/error.ts';
import { latestVersion } from '../delta/log.ts';
import { logDirectory } from '../delta/logPaths.ts';
import { type Disk } from '../storage/disk.ts';
import { makeDirectoryDurable, replaceFile } from '../storage/durable.ts';
import { createUserCache } from '../storage/cache.ts';
import { type PondStorage } from '../storage/pondStorage.ts';
import { SavedTables } from '../oplog/savedTables.ts';
import { writeFirstCommit } from './commit.ts';
import { headCommit } from './history.ts';
import { Journal } from './journal.ts';
import { requireLayout } from './layout.ts';
import { journalPath } from './workPaths.ts';
import { acquireLock, type Lock } from './lock.ts';
import { lockForWriting, releaseAfter } from './writerLock.ts';
import { OpenPond } from './openPond.ts';
import { removeAbandonedBlobs } from './leftovers.ts';
import { forgetNewBlobs } from './newBlobs.ts';
import { recover } from './recovery.ts';
import { replicaNotices, replicaPath, requireWritable } from './replica.ts';
import { keepReserve } from './reserve.ts';
import { type OpenOptions, type TreeLayer } from './types.ts';
import { withoutLayer } from './withoutLayer.ts';

export interface InitOptions<Layer extends TreeLayer = TreeLayer> extends Pick<OpenOptions<Layer>, 'layer'> {
  readonly author?: string;
  /** Time of the first commit, microseconds since 1970 UTC; now if omitted. */
  readonly timeUs?: number;
}

/**
 * Creates a pond on storage whose directory need not exist, and opens it for writing. Fails `pond-exists`, and with the
 * storage codes.
 */
export async function initPond<Layer extends TreeLayer = TreeLayer>(
  storage: PondStorage,
  options: InitOptions<Layer>,
): Promise<OpenPond<Layer>> {
  const { disk, directory } = storage;
  // Checked before the folder is created, so that an existing pond of any kind stays as it is.
  if (disk.stat('') === undefined) storage.openDisk(directory).makeDirectory('');
  refuseExisting(disk, directory);
  makeDirectoryDurable(disk, '_pond');
  const lock = acquireLock(disk);
  try {
    refuseExisting(disk, directory);
    replaceFile(disk, journalPath, new Uint8Array());
    const { author = 'unknown', timeUs } = options;
    await writeFirstCommit(disk, { pond: randomUUID(), commit: randomUUID() }, { author, timeUs });
    return await openLocked(storage, { lock }, options.layer);
  } catch (error) {
    releaseAfter(lock);
    throw error;
  }
}

/**
 * Opens the pond on storage. 'write' takes the writer lock and repairs what a crash left; 'read' changes nothing on
 * disk. Fails `pond-not-found`, `lock-held`, `read-only`, `pond-damaged`, `journal-damaged`, `pond-too-new`. Links in
 * the folder, and anything else that is not a regular file, are `pond-damaged`; the folder itself may be a link.
 */
export async function openPond<Layer extends TreeLayer = TreeLayer>(
  storage: PondStorage,
  options: OpenOptions<Layer>,
): Promise<OpenPond<Layer>> {
  const saved = new SavedTables(() => createUserCache(storage.openDisk), storage.directory);
  requirePond(storage, saved);
  const { disk, directory } = storage;
  if (options.mode === 'read') return await openUnlocked(storage, saved, options.layer);
  requireWritable(disk);
  const lock = lockForWriting(disk, directory);
  try {
    return await openLocked(storage, { lock, saved }, options.layer);
  } catch (error) {
    releaseAfter(lock);
    throw error;
  }
}

/**
 * Fails `pond-not-found` and `pond-damaged`. Cheap, and called before anything is written: a wrong folder must stay as
 * it is.
 */
export function requirePond({ disk, directory }: PondStorage, saved?: SavedTables): void {
  if (disk.stat(logDirectory) === undefined) {
    throw new PondError('pond-not-found', `there is no pond at ${directory}`, {
      path: directory,
      hint: hintWithoutLog(disk, directory),
    });
  }
  requireLayout(disk, saved);
}

function hintWithoutLog(disk: PondStorage['disk'], directory: string): string {
  if (disk.stat(`.pond/${logDirectory}`) !== undefined) return `There is one at ${directory}/.pond.`;
  // The log of a clone comes last.
  const isUnfinished = disk.stat(replicaPath) !== undefined;
  return isUnfinished ? "'pond clone' into it was not finished: the same command goes on." : "'pond init' makes one.";
}

async function openLocked<Layer extends TreeLayer>(
  storage: PondStorage,
  { lock, saved }: { readonly lock: Lock; readonly saved?: SavedTables },
  layer: OpenOptions<Layer>['layer'],
): Promise<OpenPond<Layer>> {
  const { disk } = storage;
  const { opLog, journal, notices } = await recover(disk, { lock, saved });
  const head = await headCommit(opLog);
  keepReserve(disk);
  // What is in the quarantine may refer to blobs; a holder that may still run may be using some.
  if (notices.length > 0 || lock.previous.mayRun) forgetNewBlobs(disk);
  else removeAbandonedBlobs(disk, head.id, journal);
  const writer = { lock, journal: Journal.open(disk, journal, head.number, lock) };
  return new OpenPond({ storage, opLog, head, notices, contents: journal, writer }, layer ?? withoutLayer<Layer>());
}

async function openUnlocked<Layer extends TreeLayer>(
  storage: PondStorage,
  saved: SavedTables,
  layer: OpenOptions<Layer>['layer'],
): Promise<OpenPond<Layer>> {
  const { opLog, journal, notices } = await recover(storage.disk, { lock: undefined, saved });
  const head = await headCommit(opLog);
  const all = [...replicaNotices(storage.disk), ...notices];
  const parts = { storage, opLog, head, notices: all, contents: journal, writer: undefined };
  return new OpenPond(parts, layer ?? withoutLayer<Layer>());
}

function refuseExisting(disk: Disk, directory: string): void {
  let version: number | undefined;
  try {
    version = latestVersion(disk);
  } catch (error) {
    // A folder that cannot be inspected is not known to be a pond.
    if (!isPondError(error) || error.code.startsWith('storage-')) throw error;
    version = 0;
  }
  if (version === undefined) return;
  throw new PondError('pond-exists', `there is a pond at ${directory} already`, { path: directory });
}

/** Display name of a pond: its folder, or for a `.pond` folder the parent folder. */
export function pondName(directory: string): string {
  const name = basename(directory);
  return name === '.pond' ? basename(dirname(directory)) : name;
}
