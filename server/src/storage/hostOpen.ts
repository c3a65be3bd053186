/**
 * Opens host files: with links followed, or only where the name itself is that of a regular file.
 *
 * A folder that a stranger made may hold a link in the place of a file, a pipe that never answers, or a device. Names
 * change between a check and an open, so the opened file counts: the system is asked not to follow a link, not to wait
 * for a pipe, and then for the type of the open file.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { sep } from 'node:path';
import { PondError } from '../base/error.ts';
import { errnoOf, raise } from './storageError.ts';

/** Allowed targets of names on a disk: anything, or only regular files and real folders. */
export type Links = 'followed' | 'refused';

/** Flags of open(2), and the mode of a file that they create. */
interface OpenFlags {
  readonly flags: number;
  readonly mode?: number;
}

/** Windows has neither flag, and no links that a person without special rights could make. */
const refusingFlags = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Opens the file at an absolute host path. Fails with the host's own error; with links refused, `pond-damaged` for
 * anything but a regular file or a folder.
 */
export function openHandle(path: string, { flags, mode }: OpenFlags, links: Links): number {
  if (links === 'followed') return openSync(path, flags, mode);
  if (refusingFlags === 0) requireOrdinary(path);
  const handle = openUnlinked(path, flags, mode);
  try {
    refuseOther(path, fstatSync(handle));
    return handle;
  } catch (error) {
    closeSync(handle);
    throw error;
  }
}

/** Like openHandle, for asynchronous reading and writing. */
export async function openFileHandle(path: string, flags: number, links: Links): Promise<FileHandle> {
  if (links === 'followed') return await open(path, flags);
  if (refusingFlags === 0) requireOrdinary(path);
  const handle = await open(path, flags | refusingFlags).catch((error: unknown) => {
    throw isRefusal(error) ? notRegular(path) : error;
  });
  try {
    refuseOther(path, await handle.stat());
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function openUnlinked(path: string, flags: number, mode: number | undefined): number {
  try {
    return openSync(path, flags | refusingFlags, mode);
  } catch (error) {
    throw isRefusal(error) ? notRegular(path) : error;
  }
}

/** True for the system's error for a link, and for a pipe or socket without a reader. */
function isRefusal(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ELOOP' || errno === 'EMLINK' || errno === 'ENXIO';
}

/** Fails `pond-damaged` for anything but a regular file or a folder; undefined (nothing there) passes. */
function refuseOther(path: string, stats: Stats | undefined): void {
  if (stats !== undefined && !stats.isFile() && !stats.isDirectory()) throw notRegular(path);
}

/**
 * Fails `pond-damaged` unless every folder below `root` on the way to `path`, itself included, is a real one. A missing
 * component or a file passes: the following call reports it.
 */
export function refuseLinkedFolders(root: string, path: string): void {
  let end = root.length;
  while (end < path.length) {
    const next = path.indexOf(sep, end + 1);
    end = next === -1 ? path.length : next;
    const folder = path.slice(0, end);
    if (requireOrdinary(folder)?.isDirectory() !== true) return;
  }
}

/**
 * Returns the stats of a name; undefined when it is missing. Fails `pond-damaged` for anything but a regular file or
 * folder.
 */
export function requireOrdinary(path: string): Stats | undefined {
  const stats = statOf(path);
  refuseOther(path, stats);
  return stats;
}

/** Returns the stats of a name, of a link itself; undefined when it is missing. */
export function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // A parent is a file.
    return errnoOf(error) === 'ENOTDIR' ? undefined : raise(error, 'stat', path);
  }
}

/** Returns the error for a name in a pond that is a link, a pipe or a device. */
function notRegular(path: string): PondError {
  return new PondError('pond-damaged', `expected a regular file or a folder at ${path}, got a link or a device`, {
    path,
    hint: 'A pond has none: nothing was changed. Look where it leads to before you trust this pond.',
  });
}
