import assert from 'node:assert/strict';
import { nameOf, parentOf } from '../../server/src/storage/diskPath.ts';
import { GrowingBytes } from '../../server/src/storage/growingBytes.ts';
import { type DiskImage } from '../../server/src/storage/memoryDisk.ts';
import { type DiskOperation } from './recordingDisk.ts';

/**
 * Content of a disk, and the part of it that is certainly on the medium.
 *
 * - A file's bytes are durable up to its last sync. Each append and truncation since then is kept as the content after it.
 * - A directory's names are durable up to its last sync. Each change of names since then is kept, in order; a rename
 *   inside one directory is one change.
 * - A rename between directories is one change in each. The one that removes the name never reaches the medium
 *   without the one that adds it, as on every journaling file system.
 */
export interface ModelFile {
  readonly kind: 'file';
  readonly content: GrowingBytes;
  durable: Uint8Array;
  /** The content after each change since the last sync. */
  unsynced: Uint8Array[];
}

export interface ModelDirectory {
  readonly kind: 'directory';
  readonly entries: Map<string, ModelNode>;
  durable: ReadonlyMap<string, ModelNode>;
  unsynced: NameChange[];
  /** The directory that contains this one; undefined for the root. */
  parent: ModelDirectory | undefined;
}

export type ModelNode = ModelFile | ModelDirectory;

/** Names that change atomically: each to a node, or to nothing. */
interface NameChange {
  readonly names: readonly (readonly [name: string, node: ModelNode | undefined])[];
  /** Set if a rename removes a name: the change that adds it, in another directory. */
  readonly givenBy?: { readonly directory: ModelDirectory; readonly change: NameChange };
}

export class CrashModel {
  readonly root: ModelDirectory = newDirectory(undefined);
  readonly #files = new Map<number, ModelFile>();

  /** A model of a disk with the content of `image`, all of it durable. */
  constructor(image: DiskImage) {
    for (const path of image.directories) this.#makeDirectory(path);
    for (const [path, bytes] of image.files) {
      this.#makeDirectory(parentOf(path));
      this.#change(parentOf(path), [[nameOf(path), newFile(bytes)]]);
    }
    flushAll(this.root);
  }

  apply(operation: DiskOperation): void {
    switch (operation.kind) {
      case 'create':
      case 'openAppend':
        this.#files.set(operation.file, this.#open(operation.path));
        return;
      case 'append':
      case 'truncate':
        return changeContent(this.#file(operation.file), operation);
      case 'sync':
        return syncFile(this.#file(operation.file));
      case 'makeDirectory':
        return this.#makeDirectory(operation.path);
      case 'remove':
        if (this.#find(operation.path)) this.#change(parentOf(operation.path), [[nameOf(operation.path), undefined]]);
        return;
      case 'link':
        this.#change(parentOf(operation.to), [[nameOf(operation.to), this.#find(operation.from)]]);
        return;
      case 'rename':
        return this.#rename(operation.from, operation.to);
      case 'syncDirectory':
        return syncDirectory(this.#directory(operation.path));
    }
  }

  #open(path: string): ModelFile {
    const found = this.#find(path) ?? newFile(new Uint8Array());
    assert(found.kind === 'file');
    if (this.#find(path) === undefined) this.#change(parentOf(path), [[nameOf(path), found]]);
    return found;
  }

  #makeDirectory(path: string): void {
    if (this.#find(path) !== undefined) return;
    this.#makeDirectory(parentOf(path));
    this.#change(parentOf(path), [[nameOf(path), newDirectory(this.#directory(parentOf(path)))]]);
  }

  #rename(from: string, to: string): void {
    const node = this.#find(from);
    if (node === this.#find(to)) return;
    if (node?.kind === 'directory') node.parent = this.#directory(parentOf(to));
    if (parentOf(from) === parentOf(to)) {
      this.#change(parentOf(to), [
        [nameOf(from), undefined],
        [nameOf(to), node],
      ]);
      return;
    }
    const change = this.#change(parentOf(to), [[nameOf(to), node]]);
    this.#change(parentOf(from), [[nameOf(from), undefined]], { directory: this.#directory(parentOf(to)), change });
  }

  #change(path: string, names: NameChange['names'], givenBy?: NameChange['givenBy']): NameChange {
    const directory = this.#directory(path);
    const change = givenBy === undefined ? { names } : { names, givenBy };
    applyNames(directory.entries, change);
    directory.unsynced.push(change);
    return change;
  }

  #find(path: string): ModelNode | undefined {
    let at: ModelNode | undefined = this.root;
    for (const name of path === '' ? [] : path.split('/')) {
      at = at?.kind === 'directory' ? at.entries.get(name) : undefined;
    }
    return at;
  }

  #directory(path: string): ModelDirectory {
    const found = this.#find(path);
    assert(found?.kind === 'directory', path);
    return found;
  }

  #file(number: number): ModelFile {
    const file = this.#files.get(number);
    assert(file !== undefined);
    return file;
  }
}

/** Carries out a change of names in `entries`. */
export function applyNames(entries: Map<string, ModelNode>, change: NameChange): void {
  for (const [name, node] of change.names) {
    if (node === undefined) entries.delete(name);
    else entries.set(name, node);
  }
}

function newFile(bytes: Uint8Array): ModelFile {
  return { kind: 'file', content: new GrowingBytes(bytes), durable: bytes, unsynced: [] };
}

function newDirectory(parent: ModelDirectory | undefined): ModelDirectory {
  return { kind: 'directory', entries: new Map(), durable: new Map(), unsynced: [], parent };
}

function changeContent(file: ModelFile, operation: DiskOperation & { readonly kind: 'append' | 'truncate' }): void {
  if (operation.kind === 'append') file.content.append(operation.bytes);
  else file.content.truncate(operation.sizeBytes);
  file.unsynced.push(file.content.view());
}

function syncFile(file: ModelFile): void {
  file.durable = file.content.view();
  file.unsynced = [];
}

function syncDirectory(directory: ModelDirectory): void {
  const taken = directory.unsynced.flatMap(({ givenBy }) => givenBy ?? []);
  directory.durable = new Map(directory.entries);
  directory.unsynced = [];
  // A node that a rename removed from here is durable in its new directory, and so is the path to it.
  for (const { directory: target, change } of taken) {
    if (!target.unsynced.includes(change)) continue;
    for (let at: ModelDirectory | undefined = target; at !== undefined; at = at.parent) syncDirectory(at);
  }
}

function flushAll(directory: ModelDirectory): void {
  syncDirectory(directory);
  for (const node of directory.entries.values()) if (node.kind === 'directory') flushAll(node);
}
