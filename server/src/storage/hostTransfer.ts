import { basename, dirname, resolve } from 'node:path';
import { copyFileSync, renameSync, statSync, symlinkSync } from 'node:fs';
import { type OpenDisk } from './disk.ts';
import { errnoOf, raise } from './storageError.ts';

/** Copies a host file to a path that does not exist. Returns false, changing nothing, for a missing file. */
export function copyHostFile(openDisk: OpenDisk, from: string, to: string): boolean {
  const content = openDisk(dirname(from)).readFile(basename(from));
  if (content === undefined) return false;
  const file = openDisk(dirname(to)).create(basename(to));
  try {
    file.append(content);
  } finally {
    file.close();
  }
  return true;
}

/** Error numbers of file systems without links, and of a user whom Windows does not allow to make one. */
const linkless: ReadonlySet<string> = new Set(['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EPERM', 'EINVAL', 'UNKNOWN']);

/**
 * Makes a host file or folder readable under another path, which does not exist. Returns false, changing nothing, where
 * links cannot be made. Fails with the storage codes.
 */
export function linkToHost(from: string, to: string): boolean {
  try {
    // A junction needs no privilege on Windows; other systems make an ordinary symbolic link.
    symlinkSync(resolve(from), to, statSync(from).isDirectory() ? 'junction' : 'file');
    return true;
  } catch (error) {
    return linkless.has(errnoOf(error) ?? '') ? false : raise(error, 'link', to);
  }
}

/** Moves a host file, also to another file system; there, a failure may leave a partial file. */
export function moveHostFile(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (errnoOf(error) !== 'EXDEV') raise(error, 'move', to);
    try {
      copyFileSync(from, to);
    } catch (failure) {
      raise(failure, 'write', to);
    }
  }
}
