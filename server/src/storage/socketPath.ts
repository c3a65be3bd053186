/**
 * Socket path of a process that has a pond open, for other processes of its user: by process id, in the user's own
 * folder. A pond stores only the process id: a stranger could have written an address in a pond.
 */
import { randomUUID } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPondError } from '../base/error.ts';
import { processStart } from './processStart.ts';
import { errnoOf, raise } from './storageError.ts';
import { userTemporaryFolder } from './userFolder.ts';

/**
 * On Windows a socket is a named pipe, outside any folder: its name is secret, in a file that only the user can read.
 */
const isPipe = process.platform === 'win32';
const extension = isPipe ? 'pipe' : 'sock';
const fileName = new RegExp(`^(\\d+)\\.${extension}$`);
const pipeName = /^[0-9a-f-]{36}$/;

/**
 * Returns a path at which this process is to listen, short because socket paths are limited to about 100 bytes. Removes
 * leftovers of dead processes. Fails `storage-denied` when another user owns the folder.
 */
export function newSocketPath(): string {
  const folder = userTemporaryFolder();
  const path = join(folder, `${process.pid}.${extension}`);
  try {
    // A dead process had our process id.
    rmSync(path, { force: true });
    removeStale(folder);
    if (!isPipe) return path;
    const name = randomUUID();
    writeFileSync(path, name, { flag: 'wx', mode: 0o600 });
    return pipePath(name);
  } catch (error) {
    return raise(error, 'remove', path);
  }
}

/**
 * Returns the path at which a process of this user listens; undefined when it does not, or when the socket or the
 * folder belongs to another user.
 */
export function socketPathOf(pid: number): string | undefined {
  try {
    const path = join(userTemporaryFolder(), `${pid}.${extension}`);
    const stats = lstatSync(path);
    if (!isPipe) return stats.isSocket() && stats.uid === process.getuid?.() ? path : undefined;
    const name = stats.isFile() ? readFileSync(path, 'utf8') : '';
    return pipeName.test(name) ? pipePath(name) : undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || isPondError(error, 'storage-denied')) return undefined;
    return raise(error, 'stat', `${pid}.${extension}`);
  }
}

const pipePath = (name: string): string => `\\\\.\\pipe\\pond-${name}`;

function removeStale(folder: string): void {
  // Only where the system reports which processes live.
  if (processStart(process.pid) === undefined) return;
  for (const name of readdirSync(folder)) {
    const pid = fileName.exec(name)?.[1];
    if (pid !== undefined && processStart(Number(pid)) === undefined) rmSync(join(folder, name), { force: true });
  }
}
