import { isPondError, PondError } from '../../base/error.ts';
import { isUuid } from '../../documents/fieldTypes.ts';
import { type HostFile } from '../../pond/hostFile.ts';
import { type LayeredTree } from '../../pond/types.ts';
import { type PathEvent } from '../../pond/change.ts';
import { type Backend, type DirectoryPath, type Entry, type NewNode, type Node } from '../../tinyfs/backend.ts';
import { FileSystem } from '../../tinyfs/fs.ts';
import { compareNames } from '../../tinyfs/path.ts';
import { type DerivedEntries, type DerivedNode, type InputMatcher } from '../model/derivedContent.ts';
import { isKindName, isReadOnlyKind } from '../kindNames.ts';
import { isBookkeeping, resourceDirectory } from '../model/resourcePath.ts';
import { DerivedEvents } from './derivedEvents.ts';
import { DerivedState } from './derivedState.ts';
import { type InputFiles, matchInputs } from './inputs.ts';
import { baseOf, derivedDirectoryNode, derivedFileNode, type NodeRole, roleOf, withRole } from './nodeRole.ts';
import { ResourceRules, type RuledEntry } from './resourceRules.ts';

/** Bytes `start` to `end` (exclusive). */
export type ByteRange = { readonly start: number; readonly end: number };

/** Access to the content of nodes. */
export interface NodeFiles extends InputFiles {
  /** Returns the size of a derived file in bytes; undefined while it is unknown. */
  sizeOf(key: string): number | undefined;
  /** Returns the one host file with the content of a derived file, built if needed. */
  wholeFile(node: Node): Promise<HostFile>;
  /** Yields the content of a host file; undefined when it is missing. */
  readHostFile(hostPath: string, range?: ByteRange): AsyncIterable<Uint8Array> | undefined;
}

/**
 * A tree of the pond including the content that its resources derive: `/KIND/<uuid>` holds its stored files and the
 * entries that its document declares. Listing computes nothing. Derived entries are read-only; all other operations go
 * to the stored tree, and keep its resources whole.
 */
export class ResourceTree implements Backend, LayeredTree {
  readonly writable: boolean;
  /** The inputs of resources in this tree. */
  readonly inputs: InputMatcher = { match: (pattern) => this.#state.match(pattern) };
  readonly #base: Backend;
  readonly #stored: FileSystem;
  readonly #files: NodeFiles;
  readonly #rules: ResourceRules;
  readonly #events: DerivedEvents | undefined;
  #state: DerivedState;
  /** The resource directory of the run whose tree this is. */
  #running: string | undefined;

  /** Without `notify`, no events are derived. */
  constructor(base: Backend, files: NodeFiles, notify?: (changes: readonly PathEvent[]) => void) {
    this.writable = base.writable;
    this.#base = base;
    this.#stored = new FileSystem(base);
    this.#files = files;
    this.#rules = new ResourceRules(base);
    this.#state = this.#newState();
    this.#events = notify && new DerivedEvents(() => this.#state, notify);
  }

  get backend(): Backend {
    return this;
  }

  changed(changes: readonly PathEvent[]): void {
    const before = this.#state;
    this.#state = this.#newState();
    this.#events?.changed(before, changes);
  }

  async close(): Promise<void> {
    await this.#events?.close();
  }

  async root(): Promise<Node> {
    return withRole({ in: 'root', base: await this.#base.root() });
  }

  async lookup(directory: Node, name: string): Promise<Node | undefined> {
    const role = roleOf(directory);
    const stored = role?.in === 'derived' ? undefined : await this.#base.lookup(baseOf(directory), name);
    if (stored !== undefined) return await this.#withOwnRole(role, name, stored);
    if (role?.in === 'resource' && isBookkeeping(name)) return undefined;
    const derived = await this.#derivedIn(role);
    const node = derived?.entries.get(name);
    return derived === undefined || node === undefined ? undefined : await this.#derivedNode(derived, name, node);
  }

  async list(directory: Node): Promise<readonly Entry[]> {
    const role = roleOf(directory);
    if (role === undefined) return await this.#base.list(directory);
    const stored = role.in === 'derived' ? [] : await this.#base.list(role.base);
    const entries: Entry[] = [];
    for (const { name, node } of stored) entries.push({ name, node: await this.#withOwnRole(role, name, node) });
    // A resource directory whose document has errors still lists its document.
    const derived = role.in === 'resource' ? await this.#derivedIfPossible(role) : await this.#derivedIn(role);
    if (derived === undefined) return entries;
    const taken = new Set(entries.map(({ name }) => name));
    for (const [name, node] of derived.entries) {
      if (!taken.has(name)) entries.push({ name, node: await this.#derivedNode(derived, name, node) });
    }
    return entries.sort((a, b) => compareNames(a.name, b.name));
  }

  async *read(node: Node, range?: ByteRange): AsyncIterable<Uint8Array> {
    if (roleOf(node)?.in !== 'derived') {
      yield* this.#base.read(node, range);
      return;
    }
    const stream = async (): Promise<AsyncIterable<Uint8Array> | undefined> =>
      this.#files.readHostFile((await this.#files.wholeFile(node)).hostPath, range);
    // Content that the cache has evicted since it was built is built again.
    const content = (await stream()) ?? (await stream());
    if (content === undefined) throw new PondError('storage-failed', 'a derived file was removed from the cache');
    yield* content;
  }

  readlink(node: Node): Promise<string> {
    return this.#base.readlink(node);
  }

  async *versions(node: Node): AsyncIterable<Node> {
    if (roleOf(node)?.in === 'derived') yield node;
    else yield* this.#base.versions(baseOf(node));
  }

  async put(directory: DirectoryPath, name: string, node: NewNode): Promise<Node> {
    const target = await this.#storedPath(directory, name);
    return await this.#changing(() =>
      this.#rules.put(entryIn(directory, name), () => this.#base.put(target, name, node)),
    );
  }

  async setAttributes(directory: DirectoryPath, name: string, attributes: Node['attributes']): Promise<Node> {
    const target = await this.#storedPath(directory, name);
    return await this.#changing(() => this.#base.setAttributes(target, name, attributes));
  }

  async remove(directory: DirectoryPath, name: string): Promise<void> {
    const target = await this.#storedPath(directory, name);
    await this.#changing(() => this.#rules.remove(entryIn(directory, name), () => this.#base.remove(target, name)));
  }

  async rename(from: DirectoryPath, name: string, to: DirectoryPath, newName: string): Promise<void> {
    const [source, target] = [await this.#storedPath(from, name), await this.#storedPath(to, newName)];
    const move = () => this.#base.rename(source, name, target, newName);
    await this.#changing(() => this.#rules.rename(entryIn(from, name), entryIn(to, newName), move));
  }

  async copy(node: Node, to: DirectoryPath, newName: string): Promise<Node> {
    const copy = () => this.#copy(node, to, newName);
    return await this.#changing(() => this.#rules.copy(roleOf(node), entryIn(to, newName), copy));
  }

  async batch<T>(work: () => Promise<T>): Promise<T> {
    return await this.#changing(() => this.#rules.batch(work));
  }

  #newState(): DerivedState {
    const match = (pattern: string) => matchInputs(new FileSystem(this), this.#files, pattern);
    return new DerivedState({ stored: this.#stored, match, inputs: this.inputs });
  }

  /** Runs a change of the tree and then discards all derived content, even if the change fails. */
  async #changing<T>(change: () => Promise<T>): Promise<T> {
    try {
      return await change();
    } finally {
      this.changed([]);
    }
  }

  /** Derived content is copied as stored content. */
  async #copy(node: Node, to: DirectoryPath, newName: string): Promise<Node> {
    const role = roleOf(node);
    const target = await this.#storedPath(to, newName);
    if (role?.in !== 'derived') return await this.#base.copy(baseOf(node), target, newName);
    if (role.node.type !== 'directory') {
      return await this.#base.put(target, newName, { type: role.node.type, content: this.read(node) });
    }
    const copy = await this.#base.put(target, newName, { type: 'directory' });
    for (const entry of await this.list(node)) await this.#copy(entry.node, [...target, copy], entry.name);
    return copy;
  }

  /** Lets a run write into its resource directory, which may be read-only for people. */
  allowRun(directory: string): void {
    this.#running = directory;
  }

  /** Returns the path in the stored tree. Fails `read-only` for derived entries, and for those that only runs write. */
  async #storedPath(path: DirectoryPath, name: string): Promise<DirectoryPath> {
    const role = roleOf(path[path.length - 1]!);
    this.#refuseOthers(path, name);
    if (role?.in === 'derived') throw readOnlyError(`${role.path}/${name}`);
    if (role?.in === 'resource') {
      const derived = (await this.#derivedIfPossible(role))?.entries.has(name) === true;
      // A stored entry from before the document declared this name is an obstacle, so it may be removed.
      if (derived && (await this.#base.lookup(role.base, name)) === undefined) {
        throw readOnlyError(`/${role.kind}/${role.id}/${name}`);
      }
    }
    const [root, ...below] = path;
    return [baseOf(root), ...below.map(baseOf)];
  }

  /** Fails `read-only` for an entry of a resource directory that only runs write, other than its bookkeeping. */
  #refuseOthers(path: DirectoryPath, name: string): void {
    const owner = path.map(roleOf).find((role) => role?.in === 'resource');
    if (owner?.in !== 'resource' || !isReadOnlyKind(owner.kind)) return;
    const directory = resourceDirectory(owner);
    const isOwn = roleOf(path[path.length - 1]!)?.in === 'resource' && isBookkeeping(name);
    if (isOwn || this.#running === directory) return;
    throw new PondError('read-only', `what is in ${directory} is a copy of another pond's`, {
      path: directory,
      hint: "Change it in the other pond, or copy it out of there with 'pond cp' first.",
    });
  }

  /** The derived entries of a directory; undefined for a directory that derives nothing. */
  async #derivedIn(role: NodeRole | undefined): Promise<Derived | undefined> {
    // Results go to the state in which they were looked up: the tree may change in the meantime.
    const state = this.#state;
    if (role?.in === 'derived' && role.node.type === 'directory') {
      return { ...role, entries: await state.entriesOf(role.path, role.node) };
    }
    if (role?.in !== 'resource') return undefined;
    const resource = await state.derivingResource(role.kind, role.id);
    if (resource === undefined) return undefined;
    const { home: path, modifiedUs } = resource;
    return { path, modifiedUs, entries: await state.entriesOfResource(resource) };
  }

  /** Like #derivedIn, but entries that cannot be derived count as missing. */
  async #derivedIfPossible(role: NodeRole | undefined): Promise<Derived | undefined> {
    try {
      return await this.#derivedIn(role);
    } catch (error) {
      if (isPondError(error)) return undefined;
      throw error;
    }
  }

  /** Returns a stored node with its role in a directory. */
  async #withOwnRole(directory: NodeRole | undefined, name: string, node: Node): Promise<Node> {
    if (node.type !== 'directory') return node;
    if (directory?.in === 'root' && isKindName(name)) return withRole({ in: 'kind', base: node, kind: name });
    if (directory?.in !== 'kind' || !isUuid(name)) return node;
    const role: NodeRole = { in: 'resource', base: node, kind: directory.kind, id: name };
    return withRole(role, await this.#countOnlyDerived(role, node));
  }

  /** Number of entries of a resource directory that are derived only, not stored. */
  async #countOnlyDerived(role: NodeRole, node: Node): Promise<number> {
    let count = 0;
    for (const name of (await this.#derivedIfPossible(role))?.entries.keys() ?? []) {
      if ((await this.#base.lookup(node, name)) === undefined) count += 1;
    }
    return count;
  }

  async #derivedNode({ path: directory, modifiedUs }: Derived, name: string, node: DerivedNode): Promise<Node> {
    const path = `${directory}/${name}`;
    if (node.type !== 'directory') return derivedFileNode(path, node, this.#files.sizeOf(node.key));
    const inside = await this.#derivedIfPossible({ in: 'derived', path, modifiedUs, node });
    return derivedDirectoryNode(path, node, { entries: inside?.entries.size ?? 0, modifiedUs });
  }
}

/** An entry by the role of its directory. */
function entryIn(directory: DirectoryPath, name: string): RuledEntry {
  return { directory: roleOf(directory[directory.length - 1]!), name };
}

function readOnlyError(path: string): PondError {
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
