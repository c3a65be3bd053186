import {
  type Stats,
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Disk, type DiskStat } from './disk.ts';
import { checkDiskPath } from './diskPath.ts';
import { createHostFile, openHostFile } from './hostFile.ts';
import { readHostStream, writeHostStream } from './hostStream.ts';
import { errnoOf, raise } from './storageError.ts';

/** The kernel takes and gives at most 2 GiB at once. */
const readBytesMax = 1024 * 1024 * 1024;

/**
 * A disk whose root is `directory`, which need not exist yet: making any directory makes the root too, and syncs the
 * directories above it, which no path of this disk can name. Symbolic links inside are followed.
 */
export function openHostDisk(directory: string): Disk {
  const root = resolve(directory);
  const host = (path: string) => {
    checkDiskPath(path);
    return path === '' ? root : join(root, path);
  };
  return Object.freeze<Disk>({
    hostPath: host,
    readFile: (path) => readRange(host(path), 0, Infinity),
    readRange: (path, start, end) => readRange(host(path), start, end),
    stat: (path) => stat(host(path)),
    list: (path) => unlessMissing('list', host(path), (at) => readdirSync(at)) ?? [],
    makeDirectory: (path) => makeDirectory(root, host(path)),
    create: (path, options) => createHostFile(host(path), options),
    openAppend: (path) => openHostFile(host(path)),
    link: (from, to) => link(host(from), host(to)),
    rename: (from, to) => attempt('rename', host(to), (at) => renameSync(host(from), at)),
    remove: (path) => unlessMissing('remove', host(path), (at) => unlinkSync(at)),
    syncDirectory: (path) => syncDirectory(host(path)),
    readStream: (path, start = 0, end = Infinity) =>
      stat(host(path)) === undefined ? undefined : readHostStream(host(path), start, end),
    createFromStream: (path, content) => writeHostStream(host(path), content),
  });
}

function readRange(path: string, start: number, end: number): Uint8Array | undefined {
  return unlessMissing('read', path, () => {
    const handle = openSync(path, 'r');
    try {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, fstatSync(handle).size) - start));
      return bytes.subarray(0, fill(handle, bytes, start));
    } finally {
      closeSync(handle);
    }
  });
}

/** Reads until `bytes` is full or the file ends, and returns how many bytes were read. */
function fill(handle: number, bytes: Uint8Array, start: number): number {
  for (let done = 0; done < bytes.length;) {
    const read = readSync(handle, bytes, done, Math.min(readBytesMax, bytes.length - done), start + done);
    if (read === 0) return done;
    done += read;
  }
  return bytes.length;
}

function stat(path: string): DiskStat | undefined {
  // Asked for `undefined` instead of an error: raising one costs more than the call.
  const found = unlessMissing<Stats | undefined>('stat', path, () => statSync(path, { throwIfNoEntry: false }));
  return (
    found && { kind: found.isDirectory() ? 'directory' : 'file', sizeBytes: found.size, modifiedMs: found.mtimeMs }
  );
}

function makeDirectory(root: string, path: string): void {
  const first = makeMissing(path);
  if (first === undefined || first.length > root.length) return;
  for (let made = root; made.length >= first.length; made = dirname(made)) syncDirectory(dirname(made));
}

/**
 * Makes a directory with its missing parents, and returns the topmost one that it made; undefined when all stood. Step
 * by step: Node's own recursive way never ends below a directory that takes no new names, such as /proc.
 */
function makeMissing(path: string): string | undefined {
  if (stat(path)?.kind === 'directory') return undefined;
  const parent = dirname(path);
  const first = parent === path || stat(parent) !== undefined ? undefined : makeMissing(parent);
  return makeOne(path) ? (first ?? path) : first;
}

/** False when another process made it first. */
function makeOne(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST' && stat(path)?.kind === 'directory') return false;
    return raise(error, 'make directory', path);
  }
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EEXIST' ? false : raise(error, 'link', to);
  }
}

function syncDirectory(path: string): void {
  // Windows cannot open a directory for flushing; NTFS journals names by itself.
  if (process.platform === 'win32') return;
  attempt('flush directory', path, () => {
    const handle = openSync(path, 'r');
    try {
      fsyncSync(handle);
    } catch (error) {
      // A file system that has no flush of directories says EINVAL; there is nothing more to ask of it.
      if (errnoOf(error) !== 'EINVAL') throw error;
    } finally {
      closeSync(handle);
    }
  });
}

function attempt<T>(action: string, path: string, run: (path: string) => T): T {
  try {
    return run(path);
  } catch (error) {
    return raise(error, action, path);
  }
}

/** As `attempt`; undefined when `path`, or a directory above it, is missing. */
function unlessMissing<T>(action: string, path: string, run: (path: string) => T): T | undefined {
  try {
    return run(path);
  } catch (error) {
    const errno = errnoOf(error);
    return errno === 'ENOENT' || errno === 'ENOTDIR' ? undefined : raise(error, action, path);
  }
}
