/**
 * A backend that keeps everything in memory: the reference for the others, and sufficient for tests.
 *
 * Invariants:
 * - A node object never changes; a change makes a new one that refers to the previous one.
 * - All versions of a directory share one `DirectoryState`: a directory node always shows its current entries.
 * - A change in a directory makes the next version of it and of every directory above it.
 * - A change in a directory that has been removed fails `not-found`.
 * - A failed batch reverts all changes since it began, including concurrent ones.
 */
import { sha256Of } from '../base/sha256.ts';
import { isDeepStrictEqual } from 'node:util';
import { PondError } from '../base/error.ts';
import {
  type Backend,
  type ByteRange,
  type Content,
  type DirectoryPath,
  type Entry,
  type NewNode,
  type Node,
} from './backend.ts';
import {
  collect,
  contentOf,
  copyOf,
  directoryHash,
  firstVersion,
  type MemoryNode,
  nextVersion,
  noContent,
  DirectoryState,
  stateOf,
  snapshotOf,
  sortedEntries,
} from './memoryNode.ts';

/** Time of the clock in microseconds since 1970 UTC. */
const nowUs = (): number => Date.now() * 1000;

/** A writable backend in memory, empty at first. */
export class MemoryBackend implements Backend {
  readonly writable = true;
  readonly #root = new DirectoryState({}, nowUs());

  root(): Promise<Node> {
    return Promise.resolve(this.#root.node);
  }

  lookup(directory: Node, name: string): Promise<Node | undefined> {
    return Promise.resolve(stateOf(directory).entries.get(name));
  }

  list(directory: Node): Promise<readonly Entry[]> {
    return Promise.resolve(sortedEntries(stateOf(directory).entries));
  }

  async *read(node: Node, range?: ByteRange): AsyncIterable<Uint8Array> {
    const bytes = contentOf(node).slice(range?.start, range?.end);
    if (bytes.length > 0) yield bytes;
  }

  readlink(node: Node): Promise<string> {
    return Promise.resolve(new TextDecoder().decode(contentOf(node)));
  }

  async *versions(node: Node): AsyncIterable<Node> {
    for (let at: MemoryNode | undefined = node as MemoryNode; at !== undefined; at = at.previous) yield at;
  }

  async put(directory: DirectoryPath, name: string, node: NewNode): Promise<Node> {
    const content = await collect(contentGiven(node));
    const state = this.#attached(directory);
    const before = state.entries.get(name);
    if (before !== undefined && before.type !== node.type) throw otherType(name, before, node);
    const attributes = attributesAfter(before, node);
    if (before === undefined) this.#set(state, name, this.#create(node, content, attributes));
    else if (!isSame(before, content, attributes)) this.#set(state, name, this.#replace(before, content, attributes));
    return existing(state, name);
  }

  async setAttributes(directory: DirectoryPath, name: string, attributes: Node['attributes']): Promise<Node> {
    const state = this.#attached(directory);
    const before = existing(state, name);
    const given = { attributes: { ...attributes } };
    // A version of a series is rows; its attributes are not.
    if (before.type === 'series') this.#set(state, name, { ...before, ...given });
    else if (!isDeepStrictEqual(before.attributes, given.attributes)) {
      this.#set(state, name, nextVersion(before, nowUs(), given));
    }
    return existing(state, name);
  }

  async remove(directory: DirectoryPath, name: string): Promise<void> {
    const state = this.#attached(directory);
    existing(state, name);
    this.#set(state, name, undefined);
  }

  async rename(from: DirectoryPath, name: string, to: DirectoryPath, newName: string): Promise<void> {
    const [source, target] = [this.#attached(from), this.#attached(to)];
    const node = existing(source, name);
    this.#set(source, name, undefined);
    // The removal updated the directory node; its state has the latest.
    this.#set(target, newName, node.state?.node ?? node);
  }

  async copy(node: Node, to: DirectoryPath, newName: string): Promise<Node> {
    const target = this.#attached(to);
    const latest = node.type === 'directory' ? stateOf(node).node : (node as MemoryNode);
    this.#set(target, newName, copyOf(latest, nowUs()));
    return existing(target, newName);
  }

  async batch<T>(work: () => Promise<T>): Promise<T> {
    const restore = snapshotOf(this.#root);
    try {
      return await work();
    } catch (error) {
      restore();
      throw error;
    }
  }

  /** Returns the state of a directory that is still in the tree. */
  #attached(directory: DirectoryPath): DirectoryState {
    const state = stateOf(directory.at(-1) ?? directory[0]);
    for (let at = state; at !== this.#root;) {
      if (at.parent === undefined) throw missing(at.name);
      at = at.parent;
    }
    return state;
  }

  /** Sets or, without a node, removes an entry, and updates the directories up to the root. */
  #set(state: DirectoryState, name: string, node: MemoryNode | undefined): void {
    const before = state.entries.get(name);
    if (before?.state !== undefined && before.state !== node?.state) before.state.parent = undefined;
    if (node === undefined) state.entries.delete(name);
    else state.entries.set(name, node);
    if (node?.state !== undefined) Object.assign(node.state, { parent: state, name });
    for (let at: DirectoryState | undefined = state; at !== undefined; at = at.parent) {
      const changes = { sizeBytes: at.entries.size, sha256: directoryHash(at.entries) };
      const renewed = nextVersion(at.node, nowUs(), changes);
      at.parent?.entries.set(at.name, renewed);
    }
  }

  #create(node: NewNode, content: Uint8Array, attributes: Node['attributes']): MemoryNode {
    if (node.type === 'directory') return new DirectoryState(attributes, nowUs()).node;
    return firstVersion(node.type, content, attributes, nowUs());
  }

  #replace(before: MemoryNode, content: Uint8Array, attributes: Node['attributes']): MemoryNode {
    if (before.type === 'directory') return nextVersion(before, nowUs(), { attributes });
    const changes = { content, attributes, sizeBytes: content.length, sha256: sha256Of(content) };
    return nextVersion(before, nowUs(), changes);
  }
}

/** True when a put changes nothing, and so makes no version. Appending equal rows is a new version of a series. */
function isSame(before: MemoryNode, content: Uint8Array, attributes: Node['attributes']): boolean {
  if (before.type === 'series' || !isDeepStrictEqual(before.attributes, attributes)) return false;
  return before.type === 'directory' || before.sha256 === sha256Of(content);
}

/** Returns the attributes after a put; omitted ones are kept. */
function attributesAfter(before: MemoryNode | undefined, node: NewNode): Node['attributes'] {
  const given = node.type === 'symlink' ? undefined : node.attributes;
  return given === undefined ? (before?.attributes ?? {}) : { ...given };
}

function contentGiven(node: NewNode): Content {
  if (node.type === 'directory') return noContent;
  return node.type === 'symlink' ? new TextEncoder().encode(node.target) : node.content;
}

function existing(state: DirectoryState, name: string): MemoryNode {
  const node = state.entries.get(name);
  if (node === undefined) throw missing(name);
  return node;
}

function missing(name: string): PondError {
  return new PondError('not-found', `nothing is at ${name}`, { path: name });
}

function otherType(name: string, before: Node, after: NewNode): PondError {
  const message = `expected to replace the ${before.type} ${name} by another, got a ${after.type}`;
  return new PondError('already-exists', message, { path: name });
}
