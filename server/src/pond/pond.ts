import { randomUUID } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { isPondError, PondError } from '../base/error.ts';
import { latestVersion, logDirectory } from '../delta/log.ts';
import { type Disk } from '../storage/disk.ts';
import { makeDirectoryDurable, replaceFile } from '../storage/durable.ts';
import { openHostDisk, openPondDisk } from '../storage/hostDisk.ts';
import { writeFirstCommit } from './commit.ts';
import { commitAt } from './history.ts';
import { Journal, journalPath } from './journal.ts';
import { requireLayout } from './layout.ts';
import { acquireLock, type Lock } from './lock.ts';
import { OpenPond } from './openPond.ts';
import { recover } from './recovery.ts';
import { type OpenOptions } from './types.ts';

export interface InitOptions {
  readonly author?: string;
}

/**
 * Makes a pond in a host directory, which need not exist, and opens it for writing. Fails `pond-exists` when one is
 * there, and the storage codes.
 */
export async function initPond(directory: string, options: InitOptions = {}): Promise<OpenPond> {
  const disk = openPondDisk(directory);
  // Before the folder is made, so that a pond of whatever kind that is there stays as it is.
  if (disk.stat('') === undefined) openHostDisk(directory).makeDirectory('');
  return await initPondOn(disk, directory, options);
}

/** As initPond, on any disk. */
export async function initPondOn(disk: Disk, directory: string, options: InitOptions = {}): Promise<OpenPond> {
  refuseExisting(disk, directory);
  makeDirectoryDurable(disk, '_pond');
  const lock = acquireLock(disk);
  try {
    refuseExisting(disk, directory);
    replaceFile(disk, journalPath, new Uint8Array());
    await writeFirstCommit(disk, { pond: randomUUID(), commit: randomUUID() }, options.author ?? 'unknown');
    return await openLocked(disk, directory, lock);
  } catch (error) {
    releaseAfter(lock);
    throw error;
  }
}

/**
 * Opens the pond in a host directory. 'write' takes the writer lock and repairs what a crash left; 'read' changes
 * nothing on disk. Fails `pond-not-found`, `lock-held`, `pond-damaged`, `journal-damaged`, `pond-too-new`.
 * Links in the folder, and anything else that is no regular file, are `pond-damaged`; the folder itself may be one.
 */
export async function openPond(directory: string, options: OpenOptions): Promise<OpenPond> {
  return await openPondOn(openPondDisk(directory), directory, options);
}

/** As openPond, on any disk. */
export async function openPondOn(disk: Disk, directory: string, options: OpenOptions): Promise<OpenPond> {
  // Cheap, and asked before anything is written: a wrong folder must stay as it is.
  if (disk.stat(logDirectory) === undefined) {
    throw new PondError('pond-not-found', `there is no pond at ${directory}`, {
      path: directory,
      hint:
        disk.stat(`.pond/${logDirectory}`) === undefined
          ? "'pond init' makes one"
          : `there is one at ${directory}/.pond`,
    });
  }
  requireLayout(disk);
  if (options.mode === 'read') return await openUnlocked(disk, directory);
  const lock = lockForWriting(disk, directory);
  try {
    return await openLocked(disk, directory, lock);
  } catch (error) {
    releaseAfter(lock);
    throw error;
  }
}

/** Takes the lock. On read-only media that fails over some temporary file, of which the caller knows nothing. */
function lockForWriting(disk: Disk, directory: string): Lock {
  try {
    // A pond that was copied without its working files has its history all the same.
    makeDirectoryDurable(disk, '_pond');
    return acquireLock(disk);
  } catch (cause) {
    if (!isPondError(cause, 'storage-denied')) throw cause;
    const hint = 'it can be read as it is; to change it, make its folder writable, or copy it to a place that is';
    throw new PondError('storage-denied', `the pond at ${directory} cannot be written`, {
      path: directory,
      hint,
      cause,
    });
  }
}

/** Gives a lock up after a failure, which is what the caller must hear of. */
function releaseAfter(lock: Lock): void {
  try {
    lock.release();
  } catch (error) {
    if (!isPondError(error)) throw error;
  }
}

async function openLocked(disk: Disk, directory: string, lock: Lock): Promise<OpenPond> {
  const { opLog, journal, notices } = await recover(disk, { repair: true });
  const head = await commitAt(opLog, opLog.head);
  return new OpenPond({
    disk,
    directory,
    opLog,
    head,
    notices,
    contents: journal,
    writer: { lock, journal: Journal.open(disk, journal, head.number, lock) },
  });
}

async function openUnlocked(disk: Disk, directory: string): Promise<OpenPond> {
  const { opLog, journal, notices } = await recover(disk, { repair: false });
  const head = await commitAt(opLog, opLog.head);
  return new OpenPond({ disk, directory, opLog, head, notices, contents: journal, writer: undefined });
}

function refuseExisting(disk: Disk, directory: string): void {
  let version: number | undefined;
  try {
    version = latestVersion(disk);
  } catch (error) {
    // What cannot be looked at is not known to be a pond.
    if (!isPondError(error) || error.code.startsWith('storage-')) throw error;
    version = 0;
  }
  if (version === undefined) return;
  throw new PondError('pond-exists', `there is a pond at ${directory} already`, { path: directory });
}

/** Name of a pond for people: its folder, or for a `.pond` folder the one around it. */
export function pondName(directory: string): string {
  const name = basename(directory);
  return name === '.pond' ? basename(dirname(directory)) : name;
}
