import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { PondError } from '../base/error.ts';
import { raise } from './storageError.ts';

/**
 * A folder under the system's temporary one, made when it is missing, that only this user can look into: others could
 * read what is put there, or put something else in its place. Fails `storage-denied` when somebody else has made it.
 */
export function userTemporaryFolder(): string {
  const uid = process.getuid?.();
  // On Windows the temporary folder is a user's own already.
  return ownFolder(join(tmpdir(), uid === undefined ? 'pond' : `pond-${uid}`));
}

/**
 * A folder for what can be made again, made when it is missing, that only this user can look into: POND_CACHE_DIR, or
 * where the system has caches of a user. Fails `storage-denied` when somebody else has made it, or where it cannot be
 * made.
 */
export function userCacheFolder(): string {
  const named = process.env['POND_CACHE_DIR'];
  return ownFolder(named !== undefined && isAbsolute(named) ? named : join(systemCacheFolder(), 'duckpond'));
}

function systemCacheFolder(): string {
  if (process.platform === 'win32') return process.env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  const named = process.env['XDG_CACHE_HOME'];
  // The specification has a relative path ignored.
  return named !== undefined && isAbsolute(named) ? named : join(homedir(), '.cache');
}

function ownFolder(folder: string): string {
  const uid = process.getuid?.();
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
