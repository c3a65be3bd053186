import { type Disk } from './disk.ts';
import { nameOf, parentOf } from './diskPath.ts';
import { openMemoryFile } from './memoryFile.ts';
import {
  type MemoryDirectory,
  findFile,
  findNode,
  makeDirectories,
  newDirectory,
  newFile,
  parentNode,
} from './memoryTree.ts';
import { storageError } from './storageError.ts';

const chunkBytes = 1024 * 1024;

/** Initial content of a memory disk. The bytes are shared and never changed. */
export interface DiskImage {
  readonly directories: Iterable<string>;
  /** Path and content; parent directories are created. */
  readonly files: Iterable<readonly [path: string, content: Uint8Array]>;
}

/** Returns a disk in this process's memory: empty, or with the content of `image`. It is lost when the process ends. */
export function createMemoryDisk(
  image: DiskImage = { directories: [], files: [] },
  now: () => number = Date.now,
): Disk {
  const root = rootOf(image, now());
  const streamOf: Disk['readStream'] = (path, start = 0, end = Infinity) =>
    findNode(root, path) === undefined ? undefined : readChunks(root, path, start, end);
  const disk: Disk = {
    hostPath: () => undefined,
    readFile: (path) => findFile(root, path)?.content.view().slice(),
    readRange: (path, start, end) => findFile(root, path)?.content.view().slice(start, Math.max(start, end)),
    stat: (path) => {
      const found = findNode(root, path);
      const [sizeBytes, linkCount] = found?.kind === 'file' ? [found.content.sizeBytes, found.linkCount] : [0, 1];
      return found && { kind: found.kind, sizeBytes, modifiedMs: found.modifiedMs, linkCount };
    },
    list: (path) => {
      const found = findNode(root, path);
      return found?.kind === 'directory' ? [...found.entries.keys()] : [];
    },
    makeDirectory: (path) => makeDirectories(root, path, now()),
    create: (path) => {
      if (findNode(root, path) !== undefined) throw storageError('EEXIST', 'create', path);
      return openMemoryFile(root, path, now);
    },
    openAppend: (path) => openMemoryFile(root, path, now),
    link: (from, to) => link(root, from, to),
    rename: (from, to) => rename(root, from, to),
    remove: (path) => {
      const file = findFile(root, path);
      if (file === undefined) return;
      parentNode(root, path, 'remove').entries.delete(nameOf(path));
      file.linkCount -= 1;
    },
    syncDirectory: (path) => {
      if (findNode(root, path)?.kind !== 'directory') throw storageError('ENOENT', 'flush directory', path);
    },
    readStream: streamOf,
    scanStream: streamOf,
    createFromStream: (path, content) => createFromChunks(disk, path, content),
  };
  return Object.freeze(disk);
}

/** Implements `Disk.createFromStream` with the other calls of `disk`. A failure leaves a partial file. */
export async function createFromChunks(disk: Disk, path: string, content: AsyncIterable<Uint8Array>): Promise<number> {
  const file = disk.create(path);
  try {
    for await (const chunk of content) file.append(chunk);
    file.sync();
    return file.sizeBytes;
  } finally {
    file.close();
  }
}

function rootOf(image: DiskImage, nowMs: number): MemoryDirectory {
  const root = newDirectory(nowMs);
  for (const path of image.directories) makeDirectories(root, path, nowMs);
  for (const [path, content] of image.files) {
    makeDirectories(root, parentOf(path), nowMs);
    parentNode(root, path, 'create').entries.set(nameOf(path), newFile(content, nowMs));
  }
  return root;
}

function link(root: MemoryDirectory, from: string, to: string): boolean {
  const { entries } = parentNode(root, to, 'link');
  const file = findFile(root, from);
  if (file === undefined) throw storageError('ENOENT', 'link', to);
  if (entries.has(nameOf(to))) return false;
  entries.set(nameOf(to), file);
  file.linkCount += 1;
  return true;
}

function rename(root: MemoryDirectory, from: string, to: string): void {
  const { entries } = parentNode(root, to, 'rename');
  const moved = findNode(root, from);
  if (moved === undefined) throw storageError('ENOENT', 'rename', to);
  if (to.startsWith(`${from}/`)) throw storageError('EINVAL', 'rename', to);
  const replaced = entries.get(nameOf(to));
  // Two names of one file stay two names, as on a host.
  if (replaced === moved) return;
  if (replaced?.kind === 'directory') throw storageError('EISDIR', 'rename', to);
  if (replaced !== undefined && moved.kind === 'directory') throw storageError('ENOTDIR', 'rename', to);
  parentNode(root, from, 'rename').entries.delete(nameOf(from));
  entries.set(nameOf(to), moved);
  if (replaced !== undefined) replaced.linkCount -= 1;
}

async function* readChunks(
  root: MemoryDirectory,
  path: string,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  const content = findFile(root, path)?.content.view() ?? new Uint8Array();
  const stop = Math.min(end, content.length);
  for (let at = start; at < stop; at += chunkBytes) yield content.slice(at, Math.min(stop, at + chunkBytes));
}
