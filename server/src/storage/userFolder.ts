import { chmodSync, lstatSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { PondError } from '../base/error.ts';
import { makeMissingFolders } from './missingFolders.ts';
import { raise } from './storageError.ts';

/**
 * Returns a folder in the system's temporary folder, created when missing, that only this user can access: others could
 * read or replace its files. Fails `storage-denied` when another user owns it.
 */
export function userTemporaryFolder(): string {
  const uid = process.getuid?.();
  // On Windows the temporary folder is per user already.
  return ownFolder(join(tmpdir(), uid === undefined ? 'pond' : `pond-${uid}`));
}

/**
 * Returns a folder for recomputable data, created when missing, that only this user can access: POND_CACHE_DIR, or the
 * system's cache folder of the user. Fails `storage-denied` when another user owns it, or when it cannot be created.
 */
export function userCacheFolder(): string {
  const named = process.env['POND_CACHE_DIR'];
  return ownFolder(named !== undefined && isAbsolute(named) ? named : join(systemCacheFolder(), 'duckpond'));
}

/**
 * Returns a folder for data that cannot be computed again, created when missing, that only this user can access:
 * POND_DATA_DIR, or the system's folder for data of the user's programs. Fails as userCacheFolder.
 */
export function userDataFolder(): string {
  const named = process.env['POND_DATA_DIR'];
  return ownFolder(named !== undefined && isAbsolute(named) ? named : join(systemDataFolder(), 'duckpond'));
}

function systemDataFolder(): string {
  if (process.platform === 'win32') return process.env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support');
  const named = process.env['XDG_DATA_HOME'];
  return named !== undefined && isAbsolute(named) ? named : join(homedir(), '.local', 'share');
}

function systemCacheFolder(): string {
  if (process.platform === 'win32') return process.env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  const named = process.env['XDG_CACHE_HOME'];
  // The specification says to ignore a relative path.
  return named !== undefined && isAbsolute(named) ? named : join(homedir(), '.cache');
}

function ownFolder(folder: string): string {
  const uid = process.getuid?.();
  try {
    makeMissingFolders(folder, 0o700);
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
