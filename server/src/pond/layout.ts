/** Required layout of a pond's folder. A folder that was unpacked or cloned may hold anything under these names. */
import { PondError } from '../base/error.ts';
import { commitsDown } from '../delta/commitNumber.ts';
import { latestVersion } from '../delta/log.ts';
import { checkpointFile, commitFile, logDirectory } from '../delta/logPaths.ts';
import { type SavedTables } from '../oplog/savedTables.ts';
import { type Disk, type DiskStat } from '../storage/disk.ts';
import { workDirectory } from './workPaths.ts';

const directories = [logDirectory, workDirectory, ...['blobs', 'cache', 'quarantine'].map((name) => `_pond/${name}`)];

/**
 * Fails `pond-damaged`, with the path, when a folder of the pond is a file, when its journal or a lock is a folder, or
 * when one of them or a commit that opening reads is not a regular file. Checked before anything is written; the pond's
 * disk checks what is read later. Missing files are fine. `saved` has the state after which the log is read, if any.
 */
export function requireLayout(disk: Disk, saved: SavedTables | undefined): void {
  for (const path of directories) requireKind(disk, path, 'directory');
  for (const name of disk.list(workDirectory)) {
    const path = `${workDirectory}/${name}`;
    if (name === 'journal' || name === 'journal.end' || name.startsWith('lock.')) requireKind(disk, path, 'file');
    else disk.stat(path);
  }
  const known = saved?.read(disk);
  const latest = latestVersion(disk, known);
  for (const version of latest === undefined ? [] : commitsDown(latest, known)) {
    disk.stat(commitFile(version));
    if (disk.stat(checkpointFile(version)) !== undefined) break;
  }
}

function requireKind(disk: Disk, path: string, kind: DiskStat['kind']): void {
  const found = disk.stat(path);
  if (found === undefined || found.kind === kind) return;
  throw new PondError('pond-damaged', `expected a ${kind} at ${path}, got a ${found.kind}`, { path });
}
