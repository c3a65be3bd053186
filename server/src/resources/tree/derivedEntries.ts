/**
 * Entries that resources derive in one state of a tree.
 *
 * Invariants:
 * - Cached entries are a function of the tree's state: a new state starts with an empty cache. A directory of an
 *   earlier state that is still in use is distinct from the current one at its path.
 * - A directory that is listed while it is being listed, however its patterns lead back to it, is a cycle. Only
 *   finished lists are shared, so two listings never wait for each other.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { PondError } from '../../base/error.ts';
import { type DerivedDirectory, type DerivedEntries, type InputMatcher } from '../model/derivedContent.ts';
import { documentName } from '../model/resourcePath.ts';
import { type StoredResource } from '../readResource.ts';

/** Entries of derived directories that were listed so far. */
export interface DerivedState {
  /** Entries that a resource directory derives. Fails `resource-invalid` for a document with errors. */
  entriesOfHome(home: StoredResource): Promise<DerivedEntries>;
  /** Entries of a derived directory. Fails as its patterns do, and `resource-cycle`. */
  entriesOf(path: string, directory: DerivedDirectory): Promise<DerivedEntries>;
  /** The directories that were listed, by path, with their entries; empty if listing failed. */
  readonly looked: ReadonlyMap<string, DerivedEntries>;
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

/** Returns a state in which nothing has been listed. */
export function createDerivedState(inputs: InputMatcher): DerivedState {
  const ofHomes = new Map<string, DerivedEntries>();
  const ofDirectories = new Map<DerivedDirectory, DerivedEntries>();
  const looked = new Map<string, DerivedEntries>();

  async function entriesOfHome(home: StoredResource): Promise<DerivedEntries> {
    const known = ofHomes.get(home.home);
    if (known !== undefined) return known;
    const { kind, resource } = home;
    if (!('derive' in kind)) return new Map();
    looked.set(home.home, new Map());
    if (resource === undefined) throw invalidError(home);
    const entries = (await kind.derive?.(resource, inputs)) ?? new Map();
    ofHomes.set(home.home, entries);
    looked.set(home.home, entries);
    return entries;
  }

  async function entriesOf(path: string, directory: DerivedDirectory): Promise<DerivedEntries> {
    const known = ofDirectories.get(directory);
    if (known !== undefined) return known;
    const trail = listing.getStore() ?? [];
    if (trail.includes(path)) throw cycleThrough([...trail.slice(trail.indexOf(path)), path]);
    looked.set(path, new Map());
    const entries = await listAlong([...trail, path], directory);
    ofDirectories.set(directory, entries);
    looked.set(path, entries);
    return entries;
  }

  return { entriesOfHome, entriesOf, looked };
}

/** Returns the error for a resource directory whose document has errors; it reports the first one. */
export function invalidError(home: StoredResource): PondError {
  const errors = home.problems.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new PondError(
    'resource-invalid',
    `${home.kind.kind}/${home.name} has errors: ${first?.message ?? 'it cannot be read'}${more}`,
    {
      path: `${home.home}/${documentName}`,
      ...(first && { position: first.range.start }),
      ...(first?.hint === undefined ? {} : { hint: first.hint }),
    },
  );
}

function cycleThrough(trail: readonly string[]): PondError {
  return new PondError('resource-cycle', `what is derived leads back to itself: ${[...trail].reverse().join(' → ')}`, {
    path: trail[0] ?? '/',
    hint: 'Narrow one of the patterns so that it leaves the outputs of the others out.',
  });
}
