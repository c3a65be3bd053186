import { lazyAsync } from '../../base/lazy.ts';
import { isUuid } from '../../documents/fieldTypes.ts';
import { type Backend, type DirectoryPath } from '../../tinyfs/backend.ts';
import { FileSystem } from '../../tinyfs/fs.ts';
import { isKindName } from '../kindNames.ts';
import { documentName, kindDirectory, resourceDirectory, type ResourceId } from '../model/resourcePath.ts';
import { type NodeRole, roleOf } from './nodeRole.ts';
import { type ResourceChanges } from './resourceEdits.ts';

/** Loaded with the first change of a resource: a pond without resources does not need it. */
const edits = lazyAsync(async () => ({
  ...(await import('../partOfResource.ts')),
  ...(await import('./resourceEdits.ts')),
}));

/** A name in a directory; the directory has a role only if it can hold parts of resources. */
interface RuledEntry {
  readonly directory: NodeRole | undefined;
  readonly name: string;
}

/** Returns an entry by the role of its directory. */
export function entryIn(directory: DirectoryPath, name: string): RuledEntry {
  return { directory: roleOf(directory[directory.length - 1]!), name };
}

/**
 * Rules that keep resources whole, whatever changes the tree: the link to a resource has the name in its document,
 * moving the link renames the resource, removing the link or the directory removes the resource, and everything else
 * stays where it is.
 *
 * Documents and removals take effect at the end of the outermost batch, so that an entry may be replaced in two steps.
 * A change that breaks a rule fails and reverts the batch.
 */
export class ResourceRules {
  readonly #base: Backend;
  readonly #tree: FileSystem;
  /** Undefined while no batch is open. */
  #changes: ResourceChanges | undefined;

  constructor(base: Backend) {
    this.#base = base;
    this.#tree = new FileSystem(base);
  }

  /** Runs work as a batch. Fails `already-exists` when something else has the name of a resource, and `invalid-path`. */
  async batch<T>(work: () => Promise<T>): Promise<T> {
    return await this.#changing(work);
  }

  /** Stores an entry. Fails as `batch`. */
  async put<T>(at: RuledEntry, store: () => Promise<T>): Promise<T> {
    if (documentAt(at) === undefined) return await store();
    return await this.#changing(async (changes) => {
      const result = await store();
      this.#stored(changes, at);
      return result;
    });
  }

  /** Removes an entry. Fails as `batch`. */
  async remove(at: RuledEntry, remove: () => Promise<void>): Promise<void> {
    const path = pathOf(at);
    if (path === undefined || at.directory?.in === 'root') return await remove();
    await this.#changing(async ({ removed }) => {
      const part = await (await edits()).partAt(this.#tree, path);
      await remove();
      if (part !== undefined) removed.push(part);
    });
  }

  /** Moves an entry. Fails as `batch`, and `resource-invalid` for the name of a resource whose document has errors. */
  async rename(from: RuledEntry, to: RuledEntry, move: () => Promise<void>): Promise<void> {
    const [path, target] = [pathOf(from), pathOf(to)];
    if (path === undefined && target === undefined) return await move();
    await this.#changing(async (changes) => {
      const { partAt, refuseMove, renameResource } = await edits();
      const part = path === undefined ? undefined : await partAt(this.#tree, path);
      if (part?.part === 'name' && to.directory?.in === 'kind' && to.directory.kind === part.home.kind.kind) {
        return await renameResource(this.#tree, part, to.name);
      }
      if (path !== undefined) await refuseMove(this.#tree, path, part);
      const replaced = target === undefined ? undefined : await partAt(this.#tree, target);
      await move();
      if (replaced !== undefined) changes.removed.push(replaced);
      this.#stored(changes, to);
    });
  }

  /** Copies an entry whose node has a role, or none. Fails as `batch`. */
  async copy<T>(source: NodeRole | undefined, to: RuledEntry, copy: () => Promise<T>): Promise<T> {
    const id = resourceAt(to);
    const isResource = source?.in === 'resource' && to.directory?.in === 'kind';
    if (id === undefined && !isResource) return await copy();
    return await this.#changing(async (changes) => {
      if (isResource) await (await edits()).refuseCopy(this.#tree, source, pathOf(to) ?? '/');
      const result = await copy();
      this.#stored(changes, to);
      return result;
    });
  }

  #stored({ stored }: ResourceChanges, to: RuledEntry): void {
    const id = resourceAt(to);
    if (id !== undefined) stored.set(`${id.kind}/${id.id}`, id);
  }

  /** Only one batch is open at a time: the base runs batches one after the other, and inner ones within the outer. */
  async #changing<T>(work: (changes: ResourceChanges) => Promise<T>): Promise<T> {
    return await this.#base.batch(async () => {
      if (this.#changes !== undefined) return await work(this.#changes);
      const changes: ResourceChanges = { stored: new Map(), removed: [] };
      this.#changes = changes;
      try {
        const result = await work(changes);
        if (changes.stored.size + changes.removed.length > 0) await (await edits()).complete(this.#tree, changes);
        return result;
      } finally {
        this.#changes = undefined;
      }
    });
  }
}

/** The path of an entry that may be part of a resource, or the directory of a kind; undefined for any other. */
function pathOf({ directory, name }: RuledEntry): string | undefined {
  if (directory?.in === 'root') return isKindName(name) ? kindDirectory(name) : undefined;
  if (directory?.in === 'kind') return `${kindDirectory(directory.kind)}/${name}`;
  const id = documentAt({ directory, name });
  return id && `${resourceDirectory(id)}/${name}`;
}

/** The resource whose document an entry is. */
function documentAt({ directory, name }: RuledEntry): ResourceId | undefined {
  return directory?.in === 'resource' && name === documentName ? { kind: directory.kind, id: directory.id } : undefined;
}

/** The resource whose document or directory an entry is. */
function resourceAt(at: RuledEntry): ResourceId | undefined {
  const { directory, name } = at;
  return directory?.in === 'kind' && isUuid(name) ? { kind: directory.kind, id: name } : documentAt(at);
}
