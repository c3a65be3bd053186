import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PondError } from '../base/error.ts';
import { raise } from './storageError.ts';

/**
 * A folder under the system's temporary one, made when it is missing, that only this user can look into: others could
 * read what is put there, or put something else in its place. Fails `storage-denied` when somebody else has made it.
 */
export function userTemporaryFolder(): string {
  const uid = process.getuid?.();
  // On Windows the temporary folder is a user's own already.
  const folder = join(tmpdir(), uid === undefined ? 'pond' : `pond-${uid}`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stats = lstatSync(folder);
    if (!stats.isDirectory() || (uid !== undefined && stats.uid !== uid)) throw foreign(folder);
    chmodSync(folder, 0o700);
    return folder;
  } catch (error) {
    return raise(error, 'make directory', folder);
  }
}

function foreign(folder: string): PondError {
  return new PondError('storage-denied', `${folder} belongs to somebody else`, { path: folder });
}
