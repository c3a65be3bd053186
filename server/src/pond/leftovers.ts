/** Files that a writer which died left. They are removed under the lock: no other process is making any. */
import { commitNumber, type CommitRange, nextCommit } from '../delta/commitNumber.ts';
import { logDirectory } from '../delta/logPaths.ts';
import { isPondError } from '../base/error.ts';
import { type OpLog } from '../oplog/opLog.ts';
import { type Disk } from '../storage/disk.ts';
import { isTemporaryName, removeQuietly } from '../storage/durable.ts';
import { blobDirectory, blobPath } from './blobs.ts';
import { replay } from './changeLog.ts';
import { type JournalContents } from './journal.ts';
import { localRecordsDirectory, spoolPrefix } from './workPaths.ts';
import { forgetNewBlobs, newBlobsSince } from './newBlobs.ts';
import { Overlay } from './overlay.ts';

/** Names of our data files. */
export const dataFileName = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.parquet$/;

/**
 * Removes spools of transactions, temporary files of the journal, of locks and of local records, and blobs without a
 * name yet.
 */
export function removeWorkingLeftovers(disk: Disk): void {
  remove(disk, '_pond', (name) => name.startsWith(spoolPrefix) || isTemporaryName(name));
  for (const directory of [blobDirectory, localRecordsDirectory]) remove(disk, directory, isTemporaryName);
}

/** Removes temporary files of the log. It is as long as the history, so it is listed only after a writer that died. */
export function removeLogLeftovers(disk: Disk): void {
  remove(disk, logDirectory, isTemporaryName);
}

/**
 * Removes data files of commits that were not published: they hold rows of a commit after the last one. Any other file
 * stays, such as one that another engine took out of the table, or that cannot be read.
 */
export async function removeUnpublished(disk: Disk, opLog: OpLog): Promise<void> {
  const later = { from: nextCommit(opLog.tableVersion), to: commitNumber(Number.MAX_SAFE_INTEGER) };
  for (const name of disk.list('')) {
    if (!dataFileName.test(name) || (await opLog.hasFile(name))) continue;
    if (await hasRows(opLog, name, later)) disk.remove(name);
  }
}

/**
 * Removes the blobs that a writer which died created after the latest commit, whose id is given, and to which the journal
 * does not refer.
 */
export function removeAbandonedBlobs(disk: Disk, commitId: string, journal: JournalContents): void {
  const hashes = newBlobsSince(disk, commitId);
  if (hashes.length > 0) {
    const staged = new Overlay();
    replay(journal, staged);
    for (const hash of hashes) if (!staged.refersTo(hash)) removeQuietly(disk, blobPath(hash));
  }
  forgetNewBlobs(disk);
}

async function hasRows(opLog: OpLog, path: string, commits: CommitRange): Promise<boolean> {
  try {
    for await (const _ of opLog.directoryRows(path, [commits])) return true;
    return false;
  } catch (error) {
    if (!isPondError(error, 'pond-damaged')) throw error;
    return false;
  }
}

function remove(disk: Disk, directory: string, isLeftover: (name: string) => boolean): void {
  for (const name of disk.list(directory)) if (isLeftover(name)) disk.remove(`${directory}/${name}`);
}
