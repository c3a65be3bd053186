import { mkdirSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf, raise } from './storageError.ts';

/**
 * Makes a folder of the host with its missing parents, all with `mode`, and returns the topmost one created; undefined when
 * all existed. Step by step: Node's own recursive call never returns below a folder that takes no new names and reports
 * them as missing, such as /proc or the root of an automounter. Fails with the storage codes.
 */
export function makeMissingFolders(path: string, mode = 0o777): string | undefined {
  if (statsOf(path)?.isDirectory() === true) return undefined;
  const parent = dirname(path);
  const first = parent === path || statsOf(parent) !== undefined ? undefined : makeMissingFolders(parent, mode);
  return makeOne(path, mode) ? (first ?? path) : first;
}

/** Undefined for a name that is missing, or below a file. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    return errnoOf(error) === 'ENOTDIR' ? undefined : raise(error, 'stat', path);
  }
}

/** False when another process made it first. */
function makeOne(path: string, mode: number): boolean {
  try {
    mkdirSync(path, { mode });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST' && statsOf(path)?.isDirectory() === true) return false;
    return raise(error, 'make directory', path);
  }
}
