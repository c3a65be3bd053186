/**
 * A backend that keeps everything in memory: the reference for the others, and sufficient for tests.
 *
 * Invariants:
 * - A node object never changes; a change makes a new one that refers to the previous one.
 * - All versions of a directory share one `Place`: a directory node always shows its current entries.
 * - A change in a directory makes the next version of it and of every directory above it.
 * - A change in a directory that has been removed fails `not-found`.
 * - A failed batch reverts all changes since it began, including concurrent ones.
 */
import { isDeepStrictEqual } from 'node:util';
import { PondError } from '../base/error.ts';
import { type Backend, type Content, type DirectoryPath, type NewNode, type Node } from './backend.ts';
import {
  collect,
  contentOf,
  copyOf,
  directoryHash,
  firstVersion,
  type MemoryNode,
  nextVersion,
  noContent,
  Place,
  placeOf,
  sha256,
  snapshotOf,
  sortedEntries,
} from './memoryNode.ts';

/** Returns an empty, writable backend. `nowUs` is the clock, in microseconds since 1970 UTC. */
export function createMemoryBackend(nowUs: () => number = () => Date.now() * 1000): Backend {
  const root = new Place({}, nowUs());

  /** Returns the `Place` of a directory that is still in the tree. */
  function attached(directory: DirectoryPath): Place {
    const place = placeOf(directory.at(-1) ?? directory[0]);
    for (let at = place; at !== root;) {
      if (at.parent === undefined) throw missing(at.name);
      at = at.parent;
    }
    return place;
  }

  /** Sets or, without a node, removes an entry, and updates the directories up to the root. */
  function change(place: Place, name: string, node: MemoryNode | undefined): void {
    const before = place.entries.get(name);
    if (before?.place !== undefined && before.place !== node?.place) before.place.parent = undefined;
    if (node === undefined) place.entries.delete(name);
    else place.entries.set(name, node);
    if (node?.place !== undefined) Object.assign(node.place, { parent: place, name });
    for (let at: Place | undefined = place; at !== undefined; at = at.parent) {
      const changes = { sizeBytes: at.entries.size, sha256: directoryHash(at.entries) };
      const renewed = nextVersion(at.node, nowUs(), changes);
      at.parent?.entries.set(at.name, renewed);
    }
  }

  return {
    writable: true,
    root: () => Promise.resolve(root.node),
    lookup: (directory, name) => Promise.resolve(placeOf(directory).entries.get(name)),
    list: (directory) => Promise.resolve(sortedEntries(placeOf(directory).entries)),
    async *read(node, range) {
      const bytes = contentOf(node).slice(range?.start, range?.end);
      if (bytes.length > 0) yield bytes;
    },
    readlink: (node) => Promise.resolve(new TextDecoder().decode(contentOf(node))),
    async *versions(node) {
      for (let at: MemoryNode | undefined = node as MemoryNode; at !== undefined; at = at.previous) yield at;
    },
    async put(directory, name, node) {
      const content = await collect(contentGiven(node));
      const place = attached(directory);
      const before = place.entries.get(name);
      if (before !== undefined && before.type !== node.type) throw otherType(name, before, node);
      const attributes = attributesAfter(before, node);
      if (before === undefined) change(place, name, create(node, content, attributes));
      else if (!isSame(before, content, attributes)) change(place, name, replace(before, content, attributes));
      return existing(place, name);
    },
    async setAttributes(directory, name, attributes) {
      const place = attached(directory);
      const before = existing(place, name);
      const given = { attributes: { ...attributes } };
      // A version of a series is rows; its attributes are not.
      if (before.type === 'series') change(place, name, { ...before, ...given });
      else if (!isDeepStrictEqual(before.attributes, given.attributes)) {
        change(place, name, nextVersion(before, nowUs(), given));
      }
      return existing(place, name);
    },
    async remove(directory, name) {
      const place = attached(directory);
      existing(place, name);
      change(place, name, undefined);
    },
    async rename(from, name, to, newName) {
      const [source, target] = [attached(from), attached(to)];
      const node = existing(source, name);
      change(source, name, undefined);
      // The removal updated the directory node; its `Place` has the latest.
      change(target, newName, node.place?.node ?? node);
    },
    async copy(node, to, newName) {
      const target = attached(to);
      const newest = node.type === 'directory' ? placeOf(node).node : (node as MemoryNode);
      change(target, newName, copyOf(newest, nowUs()));
      return existing(target, newName);
    },
    async batch(work) {
      const restore = snapshotOf(root);
      try {
        return await work();
      } catch (error) {
        restore();
        throw error;
      }
    },
  };

  function create(node: NewNode, content: Uint8Array, attributes: Node['attributes']): MemoryNode {
    if (node.type === 'directory') return new Place(attributes, nowUs()).node;
    return firstVersion(node.type, content, attributes, nowUs());
  }

  function replace(before: MemoryNode, content: Uint8Array, attributes: Node['attributes']): MemoryNode {
    if (before.type === 'directory') return nextVersion(before, nowUs(), { attributes });
    const changes = { content, attributes, sizeBytes: content.length, sha256: sha256(content) };
    return nextVersion(before, nowUs(), changes);
  }
}

/** True when a put changes nothing, and so makes no version. Appending equal rows is a new version of a series. */
function isSame(before: MemoryNode, content: Uint8Array, attributes: Node['attributes']): boolean {
  if (before.type === 'series' || !isDeepStrictEqual(before.attributes, attributes)) return false;
  return before.type === 'directory' || before.sha256 === sha256(content);
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

function existing(place: Place, name: string): MemoryNode {
  const node = place.entries.get(name);
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
