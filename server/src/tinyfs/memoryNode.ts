import { randomUUID } from 'node:crypto';
import { sha256Of } from '../base/sha256.ts';
import { assert } from '../base/assert.ts';
import { type Content, type Entry, type Node } from './backend.ts';
import { compareNames } from './path.ts';

/** A node of the memory backend, with its content and the previous version. */
export interface MemoryNode extends Node {
  readonly previous: MemoryNode | undefined;
  /** Bytes of a file, or of a symlink's target; empty for a directory. */
  readonly content: Uint8Array;
  /** Only for a directory. */
  readonly state: DirectoryState | undefined;
}

/** State shared by all versions of a directory: its parent and its current entries. */
export class DirectoryState {
  /** Its latest version. */
  node: MemoryNode;
  /** Undefined for the root, and for a removed directory. */
  parent: DirectoryState | undefined;
  name = '';
  readonly entries: Map<string, MemoryNode>;

  constructor(attributes: Attributes, modifiedUs: number, entries = new Map<string, MemoryNode>()) {
    this.entries = entries;
    this.node = {
      ...firstVersion('directory', noContent, attributes, modifiedUs),
      sizeBytes: entries.size,
      sha256: directoryHash(entries),
      state: this,
    };
    for (const [name, { state }] of entries) if (state !== undefined) Object.assign(state, { parent: this, name });
  }
}

type Attributes = Readonly<Record<string, string>>;

export const noContent = new Uint8Array(0);

/** Returns version 1 of a new node. */
export function firstVersion(
  type: Node['type'],
  content: Uint8Array,
  attributes: Attributes,
  modifiedUs: number,
): MemoryNode {
  return {
    id: randomUUID(),
    type,
    version: 1,
    sizeBytes: content.length,
    modifiedUs,
    sha256: sha256Of(content),
    attributes,
    previous: undefined,
    content,
    state: undefined,
  };
}

/** Returns the version after `node`; for a directory also makes it the latest. */
export function nextVersion(node: MemoryNode, modifiedUs: number, changes: Partial<MemoryNode>): MemoryNode {
  const next = { ...node, version: node.version + 1, modifiedUs, previous: node, ...changes };
  if (next.state !== undefined) next.state.node = next;
  return next;
}

/**
 * Returns a copy of a node with everything below it, as new nodes of version 1; a series with all its versions, which
 * make up its rows.
 */
export function copyOf(node: MemoryNode, modifiedUs: number): MemoryNode {
  if (node.type === 'series' && node.previous !== undefined) {
    const { content, sizeBytes, sha256, attributes } = node;
    return nextVersion(copyOf(node.previous, modifiedUs), modifiedUs, { content, sizeBytes, sha256, attributes });
  }
  if (node.state === undefined) return firstVersion(node.type, node.content, node.attributes, modifiedUs);
  const entries = [...node.state.entries].map(([name, child]) => [name, copyOf(child, modifiedUs)] as const);
  return new DirectoryState(node.attributes, modifiedUs, new Map(entries)).node;
}

/** Returns a function that restores a directory, and everything below it, to its current state. */
export function snapshotOf(state: DirectoryState): () => void {
  const { node, parent, name, entries } = state;
  const kept = new Map(entries);
  const below = [...kept.values()].flatMap((child) => (child.state === undefined ? [] : [snapshotOf(child.state)]));
  return () => {
    for (const { state: child } of entries.values()) if (child !== undefined) child.parent = undefined;
    entries.clear();
    for (const [key, child] of kept) entries.set(key, child);
    Object.assign(state, { node, parent, name });
    for (const restore of below) restore();
  };
}

/** Returns the shared state of a directory of the memory backend. */
export function stateOf(directory: Node): DirectoryState {
  const state = (directory as MemoryNode).state;
  assert(state !== undefined, () => `expected a directory of this backend, got a ${directory.type}`);
  return state;
}

/** Returns the bytes of a node other than a directory. */
export function contentOf(node: Node): Uint8Array {
  assert(node.type !== 'directory', () => 'a directory has no content');
  return (node as MemoryNode).content;
}

/** Returns the bytes of a content in a copy that the caller cannot change: a Buffer's own `slice` would share them. */
export async function collect(content: Content): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return new Uint8Array(content);
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(new Uint8Array(chunk));
  return new Uint8Array(Buffer.concat(chunks));
}

/** Returns the entries in byte order of their names. */
export function sortedEntries(entries: ReadonlyMap<string, MemoryNode>): readonly Entry[] {
  return [...entries].map(([name, node]) => ({ name, node })).sort((a, b) => compareNames(a.name, b.name));
}

/** Returns a hash of only names, types and hashes: equal trees have equal hashes. */
export function directoryHash(entries: ReadonlyMap<string, MemoryNode>): string {
  const lines = sortedEntries(entries).map(({ name, node }) => JSON.stringify([name, node.type, node.sha256]));
  return sha256Of(new TextEncoder().encode(lines.join('\n')));
}
