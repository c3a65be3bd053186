import { AsyncLocalStorage } from 'node:async_hooks';
import { PondError } from '../../base/error.ts';
import { lazyAsync } from '../../base/lazy.ts';
import { type FileSystem } from '../../tinyfs/fs.ts';
import { type DerivedDirectory, type DerivedEntries, type InputMatcher, type Match } from '../model/derivedContent.ts';
import { type StoredResource } from '../readResource.ts';

/** Loaded when a tree has its first resource directory: a pond without resources does not need it. */
const reader = lazyAsync(async () => ({
  ...(await import('../readResource.ts')),
  ...(await import('../registry.ts')),
}));

/** A directory that derives entries. */
export interface Derived {
  /** Absolute path in its pond. */
  readonly path: string;
  readonly modifiedUs: number;
  readonly entries: DerivedEntries;
}

/** Dependencies of the derived content of a tree. */
interface DerivedStateParts {
  /** Absolute path at which the tree is shown: '' for the whole pond. */
  readonly at: string;
  /** The tree without derived content. */
  readonly stored: FileSystem;
  /** Returns the files of the whole tree that a pattern matches. */
  readonly match: (pattern: string) => Promise<readonly Match[]>;
  /** Inputs that kinds derive from: matches in the state that is current when they ask. */
  readonly inputs: InputMatcher;
}

/**
 * Content that resources derive in one state of a tree: the documents read, the patterns matched and the directories
 * listed so far. A change of the tree starts a new state.
 *
 * Invariants:
 * - What is cached is a function of the tree's state. A directory of an earlier state that is still in use is distinct
 *   from the current one at its path.
 * - A directory that is listed while it is being listed, however its patterns lead back to it, is a cycle. Only
 *   finished lists and matches are shared, so two listings never wait for each other.
 */
export class DerivedState {
  /** The directories that were listed, by path, with their entries; empty if listing failed. */
  readonly listed = new Map<string, DerivedEntries>();
  readonly #parts: DerivedStateParts;
  readonly #resources = new Map<string, Promise<StoredResource | undefined>>();
  readonly #ofResources = new Map<string, DerivedEntries>();
  readonly #ofDirectories = new Map<DerivedDirectory, DerivedEntries>();
  readonly #matches = new Map<string, readonly Match[]>();

  constructor(parts: DerivedStateParts) {
    this.#parts = parts;
  }

  /**
   * Returns the resource in `/KIND/<uuid>`; undefined if it has no document. The reader caches parsed documents; this
   * state caches that the document is unchanged.
   */
  resource(kind: string, id: string): Promise<StoredResource | undefined> {
    const key = `${kind}/${id}`;
    const known = this.#resources.get(key);
    if (known !== undefined) return known;
    const reading = reader().then(({ readResource }) => readResource(this.#parts.stored, kind, id));
    this.#resources.set(key, reading);
    reading.catch(() => this.#resources.delete(key));
    return reading;
  }

  /** Returns the resource in `/KIND/<uuid>` if its kind derives content; its document is not read otherwise. */
  async derivingResource(kind: string, id: string): Promise<StoredResource | undefined> {
    const { resourceKinds } = await reader();
    const derives = resourceKinds.some((known) => known.kind === kind && 'derive' in known);
    return derives ? await this.resource(kind, id) : undefined;
  }

  /** Entries that a resource directory derives. Fails `resource-invalid` for a document with errors. */
  async entriesOfResource(stored: StoredResource): Promise<DerivedEntries> {
    const path = stored.home;
    const known = this.#ofResources.get(path);
    if (known !== undefined) return known;
    const { kind, resource } = stored;
    if (!('derive' in kind)) return new Map();
    this.listed.set(path, new Map());
    if (resource === undefined) throw (await reader()).invalidError(stored);
    const entries = await kind.derive(resource, this.#parts.inputs);
    this.#ofResources.set(path, entries);
    this.listed.set(path, entries);
    return entries;
  }

  /** Entries of a derived directory. Fails as its patterns do, and `resource-cycle`. */
  async entriesOf(path: string, directory: DerivedDirectory): Promise<DerivedEntries> {
    const known = this.#ofDirectories.get(directory);
    if (known !== undefined) return known;
    const trail = listing.getStore() ?? [];
    // A tree of another pond may have a directory of the same path.
    const shown = `${this.#parts.at}${path}`;
    if (trail.includes(shown)) throw cycleThrough([...trail.slice(trail.indexOf(shown)), shown]);
    this.listed.set(path, new Map());
    const entries = await listAlong([...trail, shown], directory);
    this.#ofDirectories.set(directory, entries);
    this.listed.set(path, entries);
    return entries;
  }

  /** Returns the files that a pattern matches. Fails as InputMatcher.match. */
  async match(pattern: string): Promise<readonly Match[]> {
    const known = this.#matches.get(pattern);
    if (known !== undefined) return known;
    const found = await this.#parts.match(pattern);
    this.#matches.set(pattern, found);
    return found;
  }
}

const listing = new AsyncLocalStorage<readonly string[]>();
let listings = 0;

/**
 * Lists with the trail that led here. The storage is disabled while nothing is listed, because it slows down every
 * promise.
 */
async function listAlong(trail: readonly string[], directory: DerivedDirectory): Promise<DerivedEntries> {
  listings += 1;
  try {
    return await listing.run(trail, () => directory.list());
  } finally {
    listings -= 1;
    if (listings === 0) listing.disable();
  }
}

function cycleThrough(trail: readonly string[]): PondError {
  return new PondError('resource-cycle', `what is derived leads back to itself: ${[...trail].reverse().join(' → ')}`, {
    path: trail[0] ?? '/',
    hint: 'Narrow one of the patterns so that it leaves the outputs of the others out.',
  });
}
