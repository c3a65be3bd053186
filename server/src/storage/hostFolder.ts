/** A folder of the host that a program keeps equal to something else while people work in it. */
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { isPondError, PondError } from '../base/error.ts';
import { checkDiskPath, joinPath } from './diskPath.ts';
import { attempt, syncHostDirectory } from './hostCall.ts';
import { openHandle, statOf } from './hostOpen.ts';
import { listFolder, realHostPath } from './hostTree.ts';
import { type NameFolding } from './nameFolding.ts';
import { errnoOf, raise } from './storageError.ts';

/** State by which an item is known to be untouched: two equal states of one path mean the same content. */
export interface HostItemState {
  readonly sizeBytes: number;
  /** Time of the last change of the content, milliseconds since 1970 UTC, with fractions. */
  readonly modifiedMs: number;
  /** Number of the file on its disk; it stays when the file is renamed. */
  readonly inode: number;
  /** Permission bits. */
  readonly mode: number;
}

/** An item of a host folder; links are not followed. */
export type HostItem =
  | { readonly name: string; readonly kind: 'file' | 'directory' | 'link'; readonly state: HostItemState }
  /** A pond cannot hold it; the reason is for people, after the path and a colon. */
  | { readonly name: string; readonly kind: 'other'; readonly reason: string };

/**
 * Primitives of a host folder. Paths are relative to it, with `/` between names; '' is the folder itself. No call goes
 * through a link below the folder: it fails `path-escapes`. Other failures have the storage codes. A change is durable
 * once the directory of its name is synced.
 */
export interface HostFolder {
  /** Absolute host path, links resolved. */
  readonly path: string;
  /** Items of a directory in order of their names; [] when it is missing. */
  list(directory: string): readonly HostItem[];
  /** Undefined when nothing is there. */
  stat(path: string): HostItem | undefined;
  /** Content of a regular file. Fails `path-escapes` for anything else. */
  read(path: string): AsyncIterable<Uint8Array>;
  /** Target of a link, as given. */
  readLink(path: string): string;
  /** Writes and flushes a new file in a directory, under a name for which isWorkName holds. Returns its path. */
  writeNew(directory: string, content: AsyncIterable<Uint8Array>, mode: number): Promise<string>;
  /** Makes a symbolic link under a name for which isWorkName holds, and returns its path. */
  linkNew(directory: string, target: string): string;
  /** Moves an item; one at `to` is replaced. */
  rename(from: string, to: string): void;
  /** Removes a file or a link. */
  remove(path: string): void;
  /** Makes a directory in an existing one; an existing directory is fine. */
  makeDirectory(path: string): void;
  /** Removes a directory; false when it is missing or not empty. */
  removeDirectory(path: string): boolean;
  /** Removes a directory with everything in it. Follows no links. */
  removeTree(path: string): void;
  /** Makes the names in a directory durable. */
  sync(directory: string): void;
  /** Differences between names that the folder ignores, as tried with a file. */
  folding(): NameFolding;
}

const workName = /^\.pond-tmp-[0-9a-f-]{36}/;
const defaultMode = 0o666;

/** True for the name of a file that was being written: obsolete after a crash. */
export function isWorkName(name: string): boolean {
  return workName.test(name);
}

/** Opens a host folder, which may be reached through links. Undefined when no folder is there. */
export function openHostFolder(path: string): HostFolder | undefined {
  const root = realHostPath(path);
  return statOf(root)?.isDirectory() === true ? folderAt(root) : undefined;
}

function folderAt(root: string): HostFolder {
  const host = (path: string): string => {
    checkDiskPath(path);
    return path === '' ? root : inside(root, join(root, path));
  };
  const work = (directory: string): string => joinPath(directory, `.pond-tmp-${randomUUID()}`);
  return {
    path: root,
    list: (directory) => listItems(host(directory)),
    stat: (path) => itemAt(host(path), path),
    read: (path) => readFile(host(path)),
    readLink: (path) => attempt('read', host(path), (at) => readlinkSync(at)),
    async writeNew(directory, content, mode) {
      const path = work(directory);
      await writeFile(host(path), content, mode);
      return path;
    },
    linkNew(directory, target) {
      const path = work(directory);
      attempt('link', host(path), (at) => symlinkSync(target, at));
      return path;
    },
    rename: (from, to) => attempt('rename', host(to), (at) => renameSync(host(from), at)),
    remove: (path) => attempt('remove', host(path), (at) => unlinkSync(at)),
    makeDirectory: (path) => makeDirectory(host(path)),
    removeDirectory: (path) => removeDirectory(host(path)),
    removeTree: (path) => attempt('remove', host(path), (at) => rmSync(at, { recursive: true, force: true })),
    sync: (directory) => syncHostDirectory(host(directory)),
    folding: () => foldingOf(root),
  };
}

/** Fails `path-escapes` when a folder between the root and the path is a link, or anything but a folder. */
function inside(root: string, path: string): string {
  for (let end = path.indexOf(sep, root.length + 1); end !== -1; end = path.indexOf(sep, end + 1)) {
    const above = path.slice(0, end);
    const stats = statOf(above);
    if (stats === undefined || stats.isDirectory()) continue;
    throw notFollowed(above);
  }
  return path;
}

function notFollowed(path: string): PondError {
  return new PondError('path-escapes', `expected a folder or a regular file at ${path}, got a link or a device`, {
    path,
    hint: 'It may lead out of the folder; remove it, or put what it leads to in its place.',
  });
}

function listItems(directory: string): readonly HostItem[] {
  if (statOf(directory)?.isDirectory() !== true) return [];
  return listFolder(directory).flatMap(({ name, isText }): readonly HostItem[] => {
    if (!isText) return [{ name, kind: 'other', reason: 'its name is not UTF-8' }];
    const item = itemAt(`${directory}${sep}${name}`, name);
    return item === undefined ? [] : [item];
  });
}

function itemAt(hostPath: string, path: string): HostItem | undefined {
  const stats = statOf(hostPath);
  if (stats === undefined) return undefined;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : stats.isSymbolicLink() ? 'link' : 'other';
  if (kind === 'other') return { name, kind, reason: 'it is a pipe, a socket or a device' };
  const { size, mtimeMs, ino, mode } = stats;
  const state = { sizeBytes: size, modifiedMs: mtimeMs, inode: ino, mode: mode & 0o777 };
  return { name, kind, state };
}

async function* readFile(path: string): AsyncGenerator<Uint8Array> {
  const handle = openRegular(path);
  try {
    // One byte more than the size finds growth, without another read of a small file.
    const bytesMax = Math.min(chunkBytesMax, fstatSync(handle).size + 1);
    for (;;) {
      const chunk = new Uint8Array(bytesMax);
      const bytesRead = readSync(handle, chunk);
      if (bytesRead > 0) yield chunk.subarray(0, bytesRead);
      if (bytesRead < bytesMax) return;
      await turn();
    }
  } catch (error) {
    raise(error, 'read', path);
  } finally {
    closeSync(handle);
  }
}

function openRegular(path: string): number {
  try {
    return openHandle(path, { flags: constants.O_RDONLY }, 'refused');
  } catch (error) {
    throw isPondError(error, 'pond-damaged') ? notFollowed(path) : raise(error, 'read', path);
  }
}

const chunkBytesMax = 1024 * 1024;

async function writeFile(path: string, content: AsyncIterable<Uint8Array>, mode = defaultMode): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  const handle = await open(path, flags, mode).catch((error: unknown) => raise(error, 'create', path));
  try {
    for await (const chunk of content) {
      await handle.appendFile(chunk).catch((error: unknown) => raise(error, 'write', path));
    }
    await handle.datasync().catch((error: unknown) => raise(error, 'flush', path));
  } catch (error) {
    await handle.close();
    rmSync(path, { force: true });
    throw error;
  }
  await handle.close();
  // The mask of the process does not apply to the mode of a file that is replaced.
  if (mode !== defaultMode) attempt('change', path, (at) => chmodSync(at, mode));
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST' || statOf(path)?.isDirectory() !== true) raise(error, 'make directory', path);
  }
}

function removeDirectory(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    const errno = errnoOf(error) ?? '';
    return ['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(errno) ? false : raise(error, 'remove', path);
  }
}

function foldingOf(root: string): NameFolding {
  const isSame = (one: string, other: string): boolean => {
    const start = join(root, `.pond-tmp-${randomUUID()}`);
    return attempt('create', start, () => {
      closeSync(openSync(`${start}${one}`, 'wx'));
      try {
        return statOf(`${start}${other}`) !== undefined;
      } finally {
        rmSync(`${start}${one}`, { force: true });
      }
    });
  };
  return { ignoresCase: isSame('a', 'A'), ignoresForm: isSame('\u00e9', 'e\u0301') };
}
