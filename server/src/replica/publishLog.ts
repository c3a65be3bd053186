/** The last step of a copy: the files of a staged log get their names in the pond's folder, and it becomes a pond. */
import { throwIfCancelled } from '../base/cancelled.ts';
import { PondError } from '../base/error.ts';
import { checkpointDue, writeCheckpoint } from '../delta/checkpoint.ts';
import { type CommitNumber } from '../delta/commitNumber.ts';
import { commitFile, logDirectory } from '../delta/logPaths.ts';
import { openTable } from '../delta/snapshot.ts';
import { journalPath } from '../pond/workPaths.ts';
import { type Disk } from '../storage/disk.ts';
import { parentOf } from '../storage/diskPath.ts';
import { makeDirectoryDurable, putIfAbsent, replaceFile } from '../storage/durable.ts';
import { type StagedLog } from './stagedLog.ts';

/**
 * Gives the entries up to a version their names, one after the other, each durable before the next; checkpoints that stand
 * for removed entries come first. All that they name is durable already. Fails `already-exists` for a name that another
 * file has.
 */
export async function publishLog(
  disk: Disk,
  staged: StagedLog,
  number: CommitNumber,
  signal: AbortSignal | undefined,
): Promise<void> {
  // Without a journal, what was staged would count as lost.
  if (disk.stat(journalPath) === undefined) replaceFile(disk, journalPath, new Uint8Array());
  const made = new Set<string>();
  const isEntry = (path: string): boolean => /^\d{20}\.json$/.test(path.slice(logDirectory.length + 1));
  const checkpoints = staged.paths.filter((path) => !isEntry(path));
  const entries = staged.paths.filter((path) => isEntry(path) && path <= commitFile(number));
  for (const path of [...checkpoints, ...entries]) {
    throwIfCancelled(signal);
    makeDirectoryDurable(disk, parentOf(path), made);
    const bytes = staged.read(path);
    if (!putIfAbsent(disk, path, bytes)) requireEqual(disk, path, bytes);
  }
  await writeOwnCheckpoint(disk);
}

function requireEqual(disk: Disk, path: string, bytes: Uint8Array): void {
  const found = disk.readFile(path);
  if (found !== undefined && Buffer.compare(found, bytes) === 0) return;
  throw new PondError('already-exists', `another file is at ${path}`, {
    path,
    hint: 'Another process writes the folder: copy the pond into a folder of its own.',
  });
}

/** Writes a checkpoint where a pond of this length has one. The store's may say something else than its log. */
async function writeOwnCheckpoint(disk: Disk): Promise<void> {
  const table = await openTable(disk);
  if (table === undefined || !checkpointDue(table, table.files.size + table.tombstones.size)) return;
  try {
    await writeCheckpoint(disk, table, Date.now());
  } catch (error) {
    // It only saves time: the next commit writes one.
    if (!(error instanceof PondError)) throw error;
  }
}
