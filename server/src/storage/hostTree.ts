/** Host files and folders outside a pond: sources of imports and targets of exports. */
import { isUtf8 } from 'node:buffer';
import {
  type Dirent,
  type Stats,
  lstatSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmdirSync,
  statSync,
} from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import { PondError } from '../base/error.ts';
import { readGrowingStream } from './hostStream.ts';
import { errnoOf, raise } from './storageError.ts';

/** Up to this size, one read is faster than a stream. */
const wholeBytesMax = 1024 * 1024;

/** A file or folder found on the host. */
export interface HostEntry {
  readonly kind: 'file' | 'directory';
  /** Absolute. */
  readonly hostPath: string;
  /** From the folder that contains the start, with `/` between names; begins with the start's own name. */
  readonly relativePath: string;
  readonly sizeBytes: number;
}

/** A host item that no pond can hold. */
export interface HostSkipped {
  readonly kind: 'skipped';
  /** Absolute host path; bytes that are not UTF-8 are shown as U+FFFD. */
  readonly path: string;
  /** For people, after the path and a colon. */
  readonly reason: string;
}

/**
 * Yields everything at and below a host path, each folder before its contents. Links to files count as files, wherever
 * their targets are. Fails `not-found` when the start is missing, `invalid-content` when it is neither file nor folder.
 * Reported as skipped:
 * - links to folders and dangling links;
 * - devices, pipes and sockets;
 * - names that are not UTF-8;
 * - a folder at the path of `without`.
 */
export function* walkHost(start: string, without?: HostSkipped): Iterable<HostEntry | HostSkipped> {
  const hostPath = resolve(start);
  const stats = tryTo('stat', hostPath, () => statSync(hostPath, { throwIfNoEntry: false }));
  if (stats === undefined)
    throw new PondError('not-found', `nothing is at ${hostPath} on this machine`, {
      path: hostPath,
      hint: 'Check the spelling of the host path.',
    });
  if (!stats.isFile() && !stats.isDirectory()) {
    throw new PondError('invalid-content', `${hostPath} is neither a file nor a folder`, {
      path: hostPath,
      hint: 'Pipes and devices are not read by their names: store what they give in a file.',
    });
  }
  const name = basename(hostPath);
  if (stats.isFile()) yield { kind: 'file', hostPath, relativePath: name, sizeBytes: stats.size };
  else yield* walkFolder(hostPath, name, without);
}

function* walkFolder(
  hostPath: string,
  relativePath: string,
  without: HostSkipped | undefined,
): Iterable<HostEntry | HostSkipped> {
  yield { kind: 'directory', hostPath, relativePath, sizeBytes: 0 };
  for (const { name, isText, entry } of listFolder(hostPath)) {
    const child = join(hostPath, name);
    const below = relativePath === '' ? name : `${relativePath}/${name}`;
    if (!isText) yield { kind: 'skipped', path: child, reason: 'its name is not UTF-8' };
    else if (entry.isDirectory()) {
      if (child === without?.path) yield without;
      else yield* walkFolder(child, below, without);
    } else {
      const found = fileAt(child, entry);
      if (typeof found === 'string') yield { kind: 'skipped', path: child, reason: found };
      else yield { kind: 'file', hostPath: child, relativePath: below, sizeBytes: found.size };
    }
  }
}

/** An entry of a host folder. */
interface HostListing {
  readonly name: string;
  /** False when the name is not UTF-8: `name` then differs from the host's. */
  readonly isText: boolean;
  readonly entry: Dirent<Buffer>;
}

/** The entries of a host folder, in order of their names. */
export function listFolder(hostPath: string): readonly HostListing[] {
  const entries = tryTo('list', hostPath, () => readdirSync(hostPath, { withFileTypes: true, encoding: 'buffer' }));
  return entries
    .map((entry) => ({ name: entry.name.toString(), isText: isUtf8(entry.name), entry }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Returns the stats of the file at an entry or at the end of its link; otherwise the reason why it cannot be read. */
export function fileAt(path: string, entry: Dirent<Buffer>): Stats | string {
  if (entry.isFIFO()) return 'it is a pipe';
  if (entry.isSocket()) return 'it is a socket';
  if (!entry.isFile() && !entry.isSymbolicLink()) return 'it is a device';
  const stats = statOrCircle(path);
  if (stats === 'circle') return 'it is a link in a circle of links';
  if (stats?.isFile()) return stats;
  if (stats?.isDirectory()) return 'it is a link to a folder';
  if (stats !== undefined) return 'it is a link to a pipe, socket or device';
  return entry.isSymbolicLink() ? 'it is a link that leads nowhere' : 'it was removed meanwhile';
}

function statOrCircle(path: string): Stats | 'circle' | undefined {
  return tryTo('stat', path, () => {
    try {
      return statSync(path, { throwIfNoEntry: false });
    } catch (error) {
      if (errnoOf(error) === 'ELOOP') return 'circle';
      throw error;
    }
  });
}

/** Returns the content of a host file: bytes when it is small, otherwise a stream that fails as readGrowingStream. */
export function hostContent({ hostPath, sizeBytes }: HostEntry): Uint8Array | AsyncIterable<Uint8Array> {
  if (sizeBytes > wholeBytesMax) return readGrowingStream(hostPath);
  return tryTo('read', hostPath, () => readFileSync(hostPath));
}

/** Returns the first component of a path below `directory` that is a link, which could lead out of it, if any. */
export function linkBelow(directory: string, relativePath: string): string | undefined {
  let at = resolve(directory);
  for (const name of relativePath.split('/')) {
    at = join(at, name);
    const stats = tryTo('stat', at, () => lstatSync(at, { throwIfNoEntry: false }));
    if (stats === undefined) return undefined;
    if (stats.isSymbolicLink()) return at;
  }
  return undefined;
}

/** True for a pipe, a socket or a device at a path below `directory`; links are not followed. */
export function isSpecialFile(directory: string, relativePath: string): boolean {
  const path = join(directory, relativePath);
  const stats = tryTo('stat', path, () => lstatSync(path, { throwIfNoEntry: false }));
  return stats !== undefined && !stats.isFile() && !stats.isDirectory() && !stats.isSymbolicLink();
}

/** Removes the folder at a path below `directory`. Returns false when it is not empty or not a folder. */
export function removeEmptyFolder(directory: string, relativePath: string): boolean {
  try {
    rmdirSync(join(directory, relativePath));
    return true;
  } catch {
    // The reason does not matter: an empty folder is harmless.
    return false;
  }
}

/** Returns the canonical form of a host path, links resolved; for a missing one, the absolute path. */
export function realHostPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return resolve(path);
  }
}

/** True for a path anywhere below a folder, links followed; false for the folder itself. */
export function isBelowHostPath(folder: string, path: string): boolean {
  const top = realHostPath(folder);
  return realHostPath(path).startsWith(top.endsWith(sep) ? top : top + sep);
}

/** Runs `work`; a failure of the host becomes a PondError. */
function tryTo<T>(action: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (errnoOf(error) === 'ELOOP') throw new PondError('symlink-loop', `${path} is a circle of links`, { path });
    return raise(error, action, path);
  }
}
