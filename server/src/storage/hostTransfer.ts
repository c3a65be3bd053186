import { basename, dirname } from 'node:path';
import { copyFileSync, renameSync } from 'node:fs';
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
