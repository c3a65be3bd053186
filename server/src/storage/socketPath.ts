/**
 * Where a process that has a pond open listens to others of its user, and where these find it: by its process id, in the
 * user's own folder. A pond says only which process that is. An address that stood in a pond would be a stranger's.
 */
import { randomUUID } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPondError } from '../base/error.ts';
import { processStart } from './processStart.ts';
import { errnoOf, raise } from './storageError.ts';
import { userTemporaryFolder } from './userFolder.ts';

/** On Windows a socket is a named pipe, which is in no folder: its name is secret, and kept where only the user reads. */
const isPipe = process.platform === 'win32';
const extension = isPipe ? 'pipe' : 'sock';
const fileName = new RegExp(`^(\\d+)\\.${extension}$`);
const pipeName = /^[0-9a-f-]{36}$/;

/**
 * The path at which this process is to listen, short, for socket paths have a limit near 100 bytes. What dead processes
 * left is removed. Fails `storage-denied` when somebody else has made the folder.
 */
export function newSocketPath(): string {
  const folder = userTemporaryFolder();
  const path = join(folder, `${process.pid}.${extension}`);
  try {
    // A dead process had our number.
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
 * The path at which a process of this user listens; undefined when it does not, or when what is there, or the folder, is
 * not the user's own.
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
  // Only where the system tells which processes live.
  if (processStart(process.pid) === undefined) return;
  for (const name of readdirSync(folder)) {
    const pid = fileName.exec(name)?.[1];
    if (pid !== undefined && processStart(Number(pid)) === undefined) rmSync(join(folder, name), { force: true });
  }
}
