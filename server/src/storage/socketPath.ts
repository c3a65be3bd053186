import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { processStart } from './processStart.ts';
import { raise } from './storageError.ts';
import { userTemporaryFolder } from './userFolder.ts';

/**
 * A path for a socket of this process that only its user can reach: in a directory of the user's own under the system's
 * temporary one (on Windows the name of a pipe). Short, for socket paths have a limit near 100 bytes. Sockets that dead
 * processes left are removed. Fails `storage-denied` when somebody else has made the directory.
 */
export function newSocketPath(): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\pond-${process.pid}`;
  const directory = userTemporaryFolder();
  const path = join(directory, `${process.pid}.sock`);
  try {
    // A dead process had our number.
    rmSync(path, { force: true });
    removeStale(directory);
    return path;
  } catch (error) {
    return raise(error, 'remove', path);
  }
}

function removeStale(directory: string): void {
  // Only where the system tells which processes live.
  if (processStart(process.pid) === undefined) return;
  for (const name of readdirSync(directory)) {
    const pid = /^(\d+)\.sock$/.exec(name)?.[1];
    if (pid !== undefined && processStart(Number(pid)) === undefined) rmSync(join(directory, name), { force: true });
  }
}
