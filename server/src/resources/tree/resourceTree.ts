import { isPondError, PondError } from '../../base/error.ts';
import { isUuid } from '../../documents/fieldTypes.ts';
import { type LayeredTree } from '../../pond/types.ts';
import { type PathEvent } from '../../pond/change.ts';
import {
  type Backend,
  type ByteRange,
  type DirectoryPath,
  type Entry,
  type NewNode,
  type Node,
} from '../../tinyfs/backend.ts';
import { FileSystem } from '../../tinyfs/fs.ts';
import { compareNames } from '../../tinyfs/path.ts';
import { type DerivedNode, type InputMatcher } from '../model/derivedContent.ts';
import { isKindName, isReadOnlyKind } from '../kindNames.ts';
import { isBookkeeping, resourceDirectory, type ResourceId } from '../model/resourcePath.ts';
import { CopiedTrees, copiedRoot, Subtree } from './copiedTrees.ts';
import { DerivedEvents } from './derivedEvents.ts';
import { type Derived, DerivedState } from './derivedState.ts';
import { matchInputs } from './inputs.ts';
import { type NodeFiles } from './nodeFiles.ts';
import { baseOf, derivedDirectoryNode, derivedFileNode, type NodeRole, roleOf, withRole } from './nodeRole.ts';
import { copyIsReadOnly, derivedIsReadOnly } from './readOnly.ts';
import { entryIn, ResourceRules } from './resourceRules.ts';

/**
 * A tree of the pond with the content that its resources derive, and those of the ponds that are copied in it: `/KIND/<uuid>`
 * holds its stored files and the entries that its document declares. Listing computes nothing. Derived entries are read-only;
 * all other operations go to the stored tree, and keep its resources whole.
 */
export class ResourceTree implements Backend, LayeredTree {
  readonly writable: boolean;
  readonly backend: Backend = this;
  /** The inputs of resources in this tree. */
  readonly inputs: InputMatcher = { match: (pattern) => this.#state.match(pattern) };
  readonly #base: Backend;
  readonly #stored: FileSystem;
  readonly #files: NodeFiles;
  readonly #rules: ResourceRules;
  readonly #events: DerivedEvents | undefined;
  readonly #copies: CopiedTrees<ResourceTree>;
  /** Absolute path at which the tree is shown, for a tree of another pond; '' for the whole pond. */
  readonly #at: string;
  /** Part of the roles of its nodes. */
  readonly #copied: Pick<NodeRole, 'copied'>;
  #state: DerivedState;
  /** The resource directory of the run whose tree this is. */
  #running: string | undefined;

  /** Without `notify`, no events are derived. `at` is the path at which the tree of another pond is shown. */
  constructor(base: Backend, files: NodeFiles, notify?: (changes: readonly PathEvent[]) => void, at = '') {
    this.#at = at;
    this.#copied = at === '' ? {} : { copied: this };
    this.writable = base.writable;
    this.#base = base;
    this.#stored = new FileSystem(base);
    this.#files = files;
    this.#rules = new ResourceRules(base);
    this.#state = this.#newState();
    this.#events = notify && new DerivedEvents(() => this.#state, notify);
    this.#copies = new CopiedTrees((path) => this.#copyAt(path, notify));
  }

  /** Returns the tree of another pond in a directory of this one. Its events are this tree's, also by name. */
  #copyAt(path: string, notify: ((changes: readonly PathEvent[]) => void) | undefined): ResourceTree {
    const notifyAt = (changes: readonly PathEvent[]): void => {
      const found = changes.map(({ kind, path: below }) => ({ kind, path: `${path}${below}` }));
      notify?.(found);
      this.#events?.alsoByName(found);
    };
    return new ResourceTree(new Subtree(this.#base, path), this.#files, notify && notifyAt, `${this.#at}${path}`);
  }

  changed(changes: readonly PathEvent[]): void {
    const before = this.#state;
    this.#state = this.#newState();
    this.#events?.changed(before, changes);
    this.#copies.changed(changes);
  }

  async close(): Promise<void> {
    await this.#copies.close();
    await this.#events?.close();
  }

  async root(): Promise<Node> {
    return withRole({ in: 'root', base: await this.#base.root(), ...this.#copied });
  }

  async lookup(directory: Node, name: string): Promise<Node | undefined> {
    const role = roleOf(directory);
    if (this.#isOthers(role)) return await role.copied.lookup(directory, name);
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
    if (this.#isOthers(role)) return await role.copied.list(directory);
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
    return new DerivedState({ at: this.#at, stored: this.#stored, match, inputs: this.inputs });
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
    if (role?.in === 'derived') throw derivedIsReadOnly(`${role.path}/${name}`);
    if (role?.in === 'resource') {
      const derived = (await this.#derivedIfPossible(role))?.entries.has(name) === true;
      // A stored entry from before the document declared this name is an obstacle, so it may be removed.
      if (derived && (await this.#base.lookup(role.base, name)) === undefined) {
        throw derivedIsReadOnly(`${resourceDirectory(role)}/${name}`);
      }
    }
    return [baseOf(path[0]), ...path.slice(1).map(baseOf)];
  }

  /** Fails `read-only` for an entry of a resource directory that only runs write, other than its bookkeeping. */
  #refuseOthers(path: DirectoryPath, name: string): void {
    const owner = path.map(roleOf).find((role) => role?.in === 'resource');
    if (owner?.in !== 'resource' || !isReadOnlyKind(owner.kind)) return;
    const directory = resourceDirectory(owner);
    const isOwn = roleOf(path[path.length - 1]!)?.in === 'resource' && isBookkeeping(name);
    if (isOwn || this.#running === directory) return;
    throw copyIsReadOnly(directory);
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
    const copied = this.#copied;
    if (directory?.in === 'root' && isKindName(name))
      return withRole({ in: 'kind', base: node, kind: name, ...copied });
    if (directory?.in === 'resource' && isReadOnlyKind(directory.kind))
      return await this.#inCopy(directory, name, node);
    if (directory?.in !== 'kind' || !isUuid(name)) return node;
    const role = { in: 'resource' as const, base: node, kind: directory.kind, id: name, ...copied };
    return withRole(role, await this.#countOnlyDerived(role, node));
  }

  /** Returns a directory in a Copy with its role in the tree of the other pond. A run sees what is stored. */
  async #inCopy(owner: ResourceId, name: string, node: Node): Promise<Node> {
    const directory = resourceDirectory(owner);
    const root = this.#running === directory ? undefined : await copiedRoot(this.#state, owner);
    if (root === undefined || (root !== '' && root !== `/${name}`)) return node;
    const tree = this.#copies.at(`${directory}${root}`);
    const top = { in: 'root' as const, base: node, copied: tree };
    return root === '' ? await tree.#withOwnRole(top, name, node) : withRole(top);
  }

  /** True for the role of a node in the tree of another pond. */
  #isOthers(role: NodeRole | undefined): role is NodeRole & { readonly copied: Backend } {
    return role?.copied !== undefined && role.copied !== this;
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
    const place = { path, shownPath: `${this.#at}${path}`, ...this.#copied };
    if (node.type !== 'directory') return derivedFileNode(place, node, this.#files.sizeOf(node.key));
    const inside = await this.#derivedIfPossible({ in: 'derived', path, modifiedUs, node });
    return derivedDirectoryNode(place, node, { entries: inside?.entries.size ?? 0, modifiedUs });
  }
}
