/**
 * A tree of the pond including the content that its resources derive: `/KIND/<uuid>` holds its stored files and the
 * entries that its document declares. Listing computes nothing. Derived entries are read-only; all other operations go
 * to the underlying tree.
 */
import { basename as hostName, dirname as hostFolder } from 'node:path';
import { isPondError, PondError } from '../../base/error.ts';
import { type HostFile } from '../../pond/types.ts';
import { openHostDisk } from '../../storage/hostDisk.ts';
import { type Backend, type DirectoryPath, type Entry, type NewNode, type Node } from '../../tinyfs/backend.ts';
import { compareNames } from '../../tinyfs/path.ts';
import { type DerivedEntries, type DerivedNode } from '../model/derivedContent.ts';
import { type DerivedState } from './derivedEntries.ts';
import { baseOf, derivedDirectoryNode, derivedFileNode, type NodeRole, withRole, roleOf } from './nodeRole.ts';
import { isKindName } from '../kindNames.ts';
import { isBookkeeping } from '../model/resourcePath.ts';
import { type StoredResource } from '../readResource.ts';
import { isUuid } from '../../documents/fieldTypes.ts';

/** Dependencies of a tree with derived directories. */
export interface DerivedBackendParts {
  readonly base: Backend;
  /** Returns the content derived so far; a new state after each change of the tree. */
  readonly state: () => DerivedState;
  /** Returns the resource in `/KIND/<uuid>` of this tree; undefined if it has no document. */
  readonly readHome: (kind: string, id: string) => Promise<StoredResource | undefined>;
  /** Called after a change of the tree through the backend, successful or not. */
  readonly onChange: () => void;
  /** Returns the size of a derived file in bytes; undefined while it is unknown. */
  readonly sizeOf: (key: string) => number | undefined;
  /** Returns the one host file with the content of a derived file, built if needed. */
  readonly content: (node: Node) => Promise<HostFile>;
}

/** A backend over the tree of a pond. */
export function createDerivedBackend(parts: DerivedBackendParts): Backend {
  const { base, state } = parts;

  /** The derived entries of a directory; undefined for a directory of the pond itself. */
  async function derivedIn(at: NodeRole | undefined): Promise<Derived | undefined> {
    if (at?.in === 'derived' && at.node.type === 'directory') {
      return { ...at, entries: await state().entriesOf(at.path, at.node) };
    }
    if (at?.in !== 'home') return undefined;
    // Results go to the state in which they were looked up: the tree may change in the meantime.
    const now = state();
    const home = await parts.readHome(at.kind, at.id);
    if (home === undefined) return undefined;
    const { home: path, modifiedUs } = home;
    return { path, modifiedUs, entries: await now.entriesOfHome(home) };
  }

  /** Like derivedIn, but entries that cannot be derived count as missing. */
  async function derivedIfPossible(at: NodeRole | undefined): Promise<Derived | undefined> {
    try {
      return await derivedIn(at);
    } catch (error) {
      if (isPondError(error)) return undefined;
      throw error;
    }
  }

  /** Returns the node for an entry of the pond itself. */
  async function place(at: NodeRole | undefined, name: string, node: Node): Promise<Node> {
    if (node.type !== 'directory') return node;
    if (at?.in === 'root' && isKindName(name)) return withRole({ in: 'kind', base: node, kind: name });
    if (at?.in !== 'kind' || !isUuid(name)) return node;
    const home: NodeRole = { in: 'home', base: node, kind: at.kind, id: name };
    return withRole(home, await countOnlyDerived(home, node));
  }

  /** Number of entries of a resource directory that are derived only, not stored. */
  async function countOnlyDerived(home: NodeRole, node: Node): Promise<number> {
    let count = 0;
    for (const name of (await derivedIfPossible(home))?.entries.keys() ?? []) {
      if ((await base.lookup(node, name)) === undefined) count += 1;
    }
    return count;
  }

  async function derivedNode({ path: directory, modifiedUs }: Derived, name: string, node: DerivedNode): Promise<Node> {
    const path = `${directory}/${name}`;
    if (node.type !== 'directory') return derivedFileNode(path, node, parts.sizeOf(node.key) ?? 0);
    const inside = await derivedIfPossible({ in: 'derived', path, modifiedUs, node });
    return derivedDirectoryNode(path, node, { entries: inside?.entries.size ?? 0, modifiedUs });
  }

  async function lookup(directory: Node, name: string): Promise<Node | undefined> {
    const at = roleOf(directory);
    const stored = at?.in === 'derived' ? undefined : await base.lookup(baseOf(directory), name);
    if (stored !== undefined) return await place(at, name, stored);
    if (at?.in === 'home' && isBookkeeping(name)) return undefined;
    const derived = await derivedIn(at);
    const node = derived?.entries.get(name);
    return derived === undefined || node === undefined ? undefined : await derivedNode(derived, name, node);
  }

  async function list(directory: Node): Promise<readonly Entry[]> {
    const at = roleOf(directory);
    if (at === undefined) return await base.list(directory);
    const stored = at.in === 'derived' ? [] : await base.list(at.base);
    const entries: Entry[] = [];
    for (const { name, node } of stored) entries.push({ name, node: await place(at, name, node) });
    // A resource directory whose document has errors still lists its document.
    const derived = at.in === 'home' ? await derivedIfPossible(at) : await derivedIn(at);
    if (derived === undefined) return entries;
    const taken = new Set(entries.map(({ name }) => name));
    for (const [name, node] of derived.entries) {
      if (!taken.has(name)) entries.push({ name, node: await derivedNode(derived, name, node) });
    }
    return entries.sort((a, b) => compareNames(a.name, b.name));
  }

  async function* read(node: Node, range?: { readonly start: number; readonly end: number }) {
    if (roleOf(node)?.in !== 'derived') {
      yield* base.read(node, range);
      return;
    }
    const stream = async (): Promise<AsyncIterable<Uint8Array> | undefined> => {
      const { hostPath } = await parts.content(node);
      return openHostDisk(hostFolder(hostPath)).readStream(hostName(hostPath), range?.start, range?.end);
    };
    // Content that the cache has evicted since it was built is built again.
    const content = (await stream()) ?? (await stream());
    if (content === undefined) throw new PondError('storage-failed', 'a derived file was removed from the cache');
    yield* content;
  }

  async function copy(node: Node, to: DirectoryPath, newName: string): Promise<Node> {
    const at = roleOf(node);
    const target = await stored(to, newName);
    if (at?.in !== 'derived') return await base.copy(baseOf(node), target, newName);
    if (at.node.type !== 'directory') {
      return await base.put(target, newName, { type: at.node.type, content: read(node) });
    }
    const made = await base.put(target, newName, { type: 'directory' });
    for (const entry of await list(node)) await copy(entry.node, [...target, made], entry.name);
    return made;
  }

  /** The path in the underlying tree. Fails `read-only` for derived entries. */
  async function stored(path: DirectoryPath, name: string): Promise<DirectoryPath> {
    const at = roleOf(path[path.length - 1]!);
    if (at?.in === 'derived') throw madeByResource(`${at.path}/${name}`);
    if (at?.in === 'home') {
      const derived = (await derivedIfPossible(at))?.entries.has(name) === true;
      // A stored entry from before the document declared this name is an obstacle, so it may be removed.
      if (derived && (await base.lookup(at.base, name)) === undefined) {
        throw madeByResource(`/${at.kind}/${at.id}/${name}`);
      }
    }
    const [root, ...below] = path;
    return [baseOf(root), ...below.map(baseOf)];
  }

  /** Runs a change of the tree and then invalidates all derived content, even if the change fails. */
  async function changing<T>(change: () => Promise<T>): Promise<T> {
    try {
      return await change();
    } finally {
      parts.onChange();
    }
  }

  return {
    writable: base.writable,
    root: async () => withRole({ in: 'root', base: await base.root() }),
    lookup,
    list,
    read,
    readlink: (node) => base.readlink(node),
    async *versions(node) {
      if (roleOf(node)?.in === 'derived') yield node;
      else yield* base.versions(baseOf(node));
    },
    put: async (path, name, node: NewNode) => {
      const target = await stored(path, name);
      return await changing(() => base.put(target, name, node));
    },
    setAttributes: async (path, name, attributes) => {
      const target = await stored(path, name);
      return await changing(() => base.setAttributes(target, name, attributes));
    },
    remove: async (path, name) => {
      const target = await stored(path, name);
      await changing(() => base.remove(target, name));
    },
    rename: async (from, name, to, newName) => {
      const [source, target] = [await stored(from, name), await stored(to, newName)];
      await changing(() => base.rename(source, name, target, newName));
    },
    copy: (node, to, newName) => changing(() => copy(node, to, newName)),
    batch: (work) => changing(() => base.batch(work)),
  };
}

function madeByResource(path: string): PondError {
  return new PondError('read-only', `${path} is made by a resource`, {
    path,
    hint: 'Change the document of the resource, or its inputs.',
  });
}

interface Derived {
  /** Absolute pond path of the directory. */
  readonly path: string;
  readonly modifiedUs: number;
  readonly entries: DerivedEntries;
}
