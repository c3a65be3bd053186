/** Host files and folders that are not a pond's: what is imported, and where exports go. */
import { lstatSync, readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { PondError } from '../base/error.ts';
import { readHostStream } from './hostStream.ts';
import { errnoOf, raise } from './storageError.ts';

/** Up to this size, one read is faster than a stream. */
const wholeBytesMax = 1024 * 1024;

/** A file or folder found on the host. */
export interface HostEntry {
  readonly kind: 'file' | 'directory';
  /** Absolute. */
  readonly hostPath: string;
  /** From the folder that holds the start, with `/` between names: begins with the start's own name. */
  readonly relativePath: string;
  readonly sizeBytes: number;
}

/**
 * Everything at and below a host path, each folder before what is in it. Links to files count as files; links to folders
 * below the start are left out, and so are devices, sockets and links that lead nowhere. Fails `not-found` when nothing is
 * at the start, `invalid-content` when it is neither file nor folder.
 */
export function* walkHost(start: string): Iterable<HostEntry> {
  const hostPath = resolve(start);
  const stats = tryTo('stat', hostPath, () => statSync(hostPath, { throwIfNoEntry: false }));
  if (stats === undefined)
    throw new PondError('not-found', `nothing is at ${hostPath} on this machine`, {
      path: hostPath,
      hint: 'check the spelling of the host path',
    });
  if (!stats.isFile() && !stats.isDirectory()) {
    throw new PondError('invalid-content', `${hostPath} is neither a file nor a folder`, { path: hostPath });
  }
  const name = basename(hostPath);
  if (stats.isFile()) yield { kind: 'file', hostPath, relativePath: name, sizeBytes: stats.size };
  else yield* walkFolder(hostPath, name);
}

function* walkFolder(hostPath: string, relativePath: string): Iterable<HostEntry> {
  yield { kind: 'directory', hostPath, relativePath, sizeBytes: 0 };
  const entries = tryTo('list', hostPath, () => readdirSync(hostPath, { withFileTypes: true }));
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const child = join(hostPath, entry.name);
    const below = relativePath === '' ? entry.name : `${relativePath}/${entry.name}`;
    if (entry.isDirectory()) yield* walkFolder(child, below);
    else if (entry.isFile() || entry.isSymbolicLink()) {
      const stats = tryTo('stat', child, () => statSync(child, { throwIfNoEntry: false }));
      if (stats?.isFile()) yield { kind: 'file', hostPath: child, relativePath: below, sizeBytes: stats.size };
    }
  }
}

/** The content of a host file: at once when it is small, else as a stream. */
export function hostContent({ hostPath, sizeBytes }: HostEntry): Uint8Array | AsyncIterable<Uint8Array> {
  if (sizeBytes > wholeBytesMax) return readHostStream(hostPath, 0, Infinity);
  return tryTo('read', hostPath, () => readFileSync(hostPath));
}

/** Returns the first part of a path below `directory` that is a link, which could lead out of it; undefined when none is. */
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

/** The one name of a host path that may go through links; for what is missing, the absolute path. */
export function realHostPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return resolve(path);
  }
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
