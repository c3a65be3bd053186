import { GrowingBytes } from './growingBytes.ts';
import { checkDiskPath, nameOf, parentOf } from './diskPath.ts';
import { storageError } from './storageError.ts';

/** A file's content, which several names may share. */
interface MemoryFile {
  readonly kind: 'file';
  readonly content: GrowingBytes;
  /** Milliseconds since 1970 UTC. */
  modifiedMs: number;
  linkCount: number;
}

/** Names with their files and directories. */
export interface MemoryDirectory {
  readonly kind: 'directory';
  readonly entries: Map<string, MemoryDiskNode>;
  /** Milliseconds since 1970 UTC. */
  modifiedMs: number;
}

/** A file or directory of the tree. */
type MemoryDiskNode = MemoryFile | MemoryDirectory;

/** An empty directory. */
export function newDirectory(modifiedMs: number): MemoryDirectory {
  return { kind: 'directory', entries: new Map(), modifiedMs };
}

/** A file that starts with `bytes`, which are shared and never changed. */
export function newFile(bytes: Uint8Array, modifiedMs: number): MemoryFile {
  return { kind: 'file', content: new GrowingBytes(bytes), modifiedMs, linkCount: 1 };
}

/** Returns the node at `path`, if any. */
export function findNode(root: MemoryDirectory, path: string): MemoryDiskNode | undefined {
  checkDiskPath(path);
  let at: MemoryDiskNode | undefined = root;
  for (const name of path === '' ? [] : path.split('/')) {
    if (at?.kind !== 'directory') return undefined;
    at = at.entries.get(name);
  }
  return at;
}

/** Returns the file at `path`, if any. Fails `storage-failed` on a directory, as reading one does. */
export function findFile(root: MemoryDirectory, path: string): MemoryFile | undefined {
  const found = findNode(root, path);
  if (found?.kind === 'directory') throw storageError('EISDIR', 'read', path);
  return found;
}

/** Returns the parent directory of `path`. Fails `storage-failed` when it is missing. */
export function parentNode(root: MemoryDirectory, path: string, action: string): MemoryDirectory {
  checkDiskPath(path);
  const parent = path === '' ? undefined : findNode(root, parentOf(path));
  if (parent?.kind !== 'directory') throw storageError(parent ? 'ENOTDIR' : 'ENOENT', action, path);
  return parent;
}

/** Adds an empty file. Fails `storage-failed` when its directory is missing. */
export function addFile(root: MemoryDirectory, path: string, nowMs: number): MemoryFile {
  const { entries } = parentNode(root, path, 'create');
  const file = newFile(new Uint8Array(), nowMs);
  entries.set(nameOf(path), file);
  return file;
}

/** Makes a directory with its missing parents. Fails `already-exists` when a file is at `path`. */
export function makeDirectories(root: MemoryDirectory, path: string, nowMs: number): void {
  if (path === '') return;
  if (findNode(root, parentOf(path)) === undefined) makeDirectories(root, parentOf(path), nowMs);
  const { entries } = parentNode(root, path, 'make directory');
  const taken = entries.get(nameOf(path));
  if (taken?.kind === 'file') throw storageError('EEXIST', 'make directory', path);
  if (taken === undefined) entries.set(nameOf(path), newDirectory(nowMs));
}
