/** Trees of other ponds in the resource directories of a tree. What their resources derive is shown; none of them runs. */
import { PondError } from '../../base/error.ts';
import { type PathEvent } from '../../pond/change.ts';
import { type Backend, type ByteRange, type Entry, type Node } from '../../tinyfs/backend.ts';
import { type ResourceId } from '../model/resourcePath.ts';
import { type DerivedState } from './derivedState.ts';

/** The part of a tree that its trees of other ponds need. */
interface CopiedTree {
  changed(changes: readonly PathEvent[]): void;
  close(): Promise<void>;
}

/**
 * Holds the trees of other ponds by the path of their root in the tree that holds them; each is created when it is
 * first entered.
 */
export class CopiedTrees<T extends CopiedTree> {
  readonly #create: (at: string) => T;
  readonly #trees = new Map<string, T>();

  constructor(create: (at: string) => T) {
    this.#create = create;
  }

  /** Returns the tree whose root is at a path. */
  at(path: string): T {
    const tree = this.#trees.get(path) ?? this.#create(path);
    this.#trees.set(path, tree);
    return tree;
  }

  /** As LayeredTree.changed, with paths in the tree that holds them. */
  changed(changes: readonly PathEvent[]): void {
    for (const [at, tree] of this.#trees) tree.changed(changesBelow(at, changes));
  }

  async close(): Promise<void> {
    for (const tree of this.#trees.values()) await tree.close();
  }
}

/** Returns the changes below a path, with their paths relative to it. */
function changesBelow(at: string, changes: readonly PathEvent[]): readonly PathEvent[] {
  return changes.flatMap(({ kind, path }) =>
    path.startsWith(`${at}/`) ? [{ kind, path: path.slice(at.length) }] : [],
  );
}

/**
 * Returns the path, relative to a resource directory, of the root of another pond's tree: '' for the directory itself;
 * undefined when the document has errors or its kind holds no such tree.
 */
export async function copiedRoot(state: DerivedState, { kind, id }: ResourceId): Promise<string | undefined> {
  const resource = (await state.resource(kind, id))?.resource;
  const name = resource?.kind.copiedTree?.(resource.spec);
  return name === undefined || name === '' ? name : `/${name}`;
}

/** A directory of a backend as the root of one that only reads. */
export class Subtree implements Backend {
  readonly writable = false;
  readonly #base: Backend;
  readonly #at: string;

  /** `at` is the absolute path of the directory. */
  constructor(base: Backend, at: string) {
    this.#base = base;
    this.#at = at;
  }

  /** Returns the directory as it is now. Fails `not-found` once it was removed. */
  async root(): Promise<Node> {
    let node: Node | undefined = await this.#base.root();
    for (const name of this.#at.split('/').slice(1)) {
      node = node?.type === 'directory' ? await this.#base.lookup(node, name) : undefined;
    }
    if (node?.type === 'directory') return node;
    throw new PondError('not-found', `${this.#at} is not there any more`, { path: this.#at });
  }

  lookup(directory: Node, name: string): Promise<Node | undefined> {
    return this.#base.lookup(directory, name);
  }

  list(directory: Node): Promise<readonly Entry[]> {
    return this.#base.list(directory);
  }

  read(node: Node, range?: ByteRange): AsyncIterable<Uint8Array> {
    return this.#base.read(node, range);
  }

  readlink(node: Node): Promise<string> {
    return this.#base.readlink(node);
  }

  versions(node: Node): AsyncIterable<Node> {
    return this.#base.versions(node);
  }

  put(): Promise<never> {
    return this.#refuse();
  }

  setAttributes(): Promise<never> {
    return this.#refuse();
  }

  remove(): Promise<never> {
    return this.#refuse();
  }

  rename(): Promise<never> {
    return this.#refuse();
  }

  copy(): Promise<never> {
    return this.#refuse();
  }

  batch(): Promise<never> {
    return this.#refuse();
  }

  #refuse(): Promise<never> {
    return Promise.reject(new PondError('read-only', `${this.#at} is a copy of another pond's`, { path: this.#at }));
  }
}
