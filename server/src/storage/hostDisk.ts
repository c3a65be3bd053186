import {
  type Stats,
  closeSync,
  constants,
  fstatSync,
  linkSync,
  readSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { PondError } from '../base/error.ts';
import { type Disk, type DiskStat, wholeFileBytesMax } from './disk.ts';
import { checkDiskPath } from './diskPath.ts';
import { attempt, syncHostDirectory } from './hostCall.ts';
import { createHostFile, openHostFile } from './hostFile.ts';
import { type Links, openHandle, refuseLinkedFolders, requireOrdinary } from './hostOpen.ts';
import { readHostStream, scanHostStream, writeHostStream } from './hostStream.ts';
import { realHostPath } from './hostTree.ts';
import { makeMissingFolders } from './missingFolders.ts';
import { errnoOf, raise, storageError } from './storageError.ts';

/** The kernel transfers at most 2 GiB at once. */
const readBytesMax = 1024 * 1024 * 1024;

/**
 * Returns a disk whose root is `directory`, which need not exist yet: making any directory makes the root too, and
 * syncs the directories above it, which no path of this disk can name. Symbolic links inside are followed.
 */
export function openHostDisk(directory: string): Disk {
  return openDisk(resolve(directory), 'followed');
}

/**
 * Returns the disk of a pond, whose root is `directory` or the target of a link at that path. Every component of a path
 * below it must be a folder or a regular file: anything else fails `pond-damaged` with its host path, in every call.
 * The root is never created: a pond whose folder was removed must not come back empty.
 */
export function openPondDisk(directory: string): Disk {
  return openDisk(realHostPath(directory), 'refused');
}

function openDisk(root: string, links: Links): Disk {
  /** Host path for changing the name itself. */
  const named = (path: string): string => {
    checkDiskPath(path);
    const at = path === '' ? root : join(root, path);
    if (links === 'refused' && path !== '') refuseLinkedFolders(root, dirname(at));
    return at;
  };
  /** Host path for reading or returning the target of the name. */
  const host = (path: string): string => {
    const at = named(path);
    if (links === 'refused' && path !== '') requireOrdinary(at);
    return at;
  };
  const stream =
    (read: typeof readHostStream): Disk['readStream'] =>
    (path, start = 0, end = Infinity) => {
      const at = named(path);
      return stat(at, links) === undefined ? undefined : read(at, start, end, links);
    };
  return Object.freeze<Disk>({
    hostPath: host,
    readFile: (path, sizeBytesMax = wholeFileBytesMax) => readWhole(named(path), sizeBytesMax, links),
    readRange: (path, start, end) => readRange(named(path), start, end, links),
    stat: (path) => stat(named(path), links),
    list: (path) => unlessMissing('list', host(path), (at) => readdirSync(at)) ?? [],
    makeDirectory: (path) => {
      const at = host(path);
      if (links === 'refused') makeBelow(root, at);
      else makeDirectory(root, at);
    },
    create: (path, options) => createHostFile(named(path), links, options),
    openAppend: (path) => openHostFile(named(path), links),
    link: (from, to) => link(host(from), named(to)),
    rename: (from, to) => attempt('rename', named(to), (at) => renameSync(named(from), at)),
    remove: (path) => unlessMissing('remove', named(path), (at) => unlinkSync(at)),
    syncDirectory: (path) => syncHostDirectory(host(path)),
    readStream: stream(readHostStream),
    scanStream: stream(scanHostStream),
    createFromStream: (path, content) => writeHostStream(named(path), content),
  });
}

/** Makes a directory with its missing parents, in an existing root. Fails `storage-failed` when the root is missing. */
function makeBelow(root: string, path: string): void {
  if (stat(root)?.kind !== 'directory') throw storageError('ENOENT', 'make directory', path);
  makeMissingFolders(path);
}

function readWhole(path: string, sizeBytesMax: number, links: Links): Uint8Array | undefined {
  return withFile(path, links, (handle, sizeBytes) => {
    if (sizeBytes <= sizeBytesMax) return readFrom(handle, 0, sizeBytes);
    const code = links === 'refused' ? 'pond-damaged' : 'storage-failed';
    throw new PondError(code, `${path} has ${sizeBytes} bytes; expected at most ${sizeBytesMax}`, { path });
  });
}

function readRange(path: string, start: number, end: number, links: Links): Uint8Array | undefined {
  return withFile(path, links, (handle, sizeBytes) => readFrom(handle, start, Math.min(end, sizeBytes)));
}

/** Undefined for a missing file. */
function withFile<T>(path: string, links: Links, work: (handle: number, sizeBytes: number) => T): T | undefined {
  return unlessMissing('read', path, () => {
    const handle = openHandle(path, { flags: constants.O_RDONLY }, links);
    try {
      return work(handle, fstatSync(handle).size);
    } finally {
      closeSync(handle);
    }
  });
}

function readFrom(handle: number, start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(0, end - start));
  return bytes.subarray(0, fill(handle, bytes, start));
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

function stat(path: string, links: Links = 'followed'): DiskStat | undefined {
  // `undefined` instead of an error: raising one costs more than the call.
  const follow = (at: string): Stats | undefined => statSync(at, { throwIfNoEntry: false });
  const found = links === 'refused' ? requireOrdinary(path) : unlessMissing<Stats | undefined>('stat', path, follow);
  if (found === undefined) return undefined;
  const [kind, linkCount] = found.isDirectory() ? (['directory', 1] as const) : (['file', found.nlink] as const);
  return { kind, sizeBytes: found.size, modifiedMs: found.mtimeMs, linkCount };
}

function makeDirectory(root: string, path: string): void {
  const first = makeMissingFolders(path);
  if (first === undefined || first.length > root.length) return;
  for (let made = root; made.length >= first.length; made = dirname(made)) syncHostDirectory(dirname(made));
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EEXIST' ? false : raise(error, 'link', to);
  }
}
/** Like `attempt`; undefined when `path`, or a directory above it, is missing. */
function unlessMissing<T>(action: string, path: string, run: (path: string) => T): T | undefined {
  try {
    return run(path);
  } catch (error) {
    const errno = errnoOf(error);
    return errno === 'ENOENT' || errno === 'ENOTDIR' ? undefined : raise(error, action, path);
  }
}
