/**
 * Events for derived content. When a tree changes, its derived entries appear, disappear and change; and content of a
 * resource directory is also visible under the resource's name, where users look for it.
 *
 * Invariants:
 * - Only directories that were listed are listed again, which matches patterns and builds nothing.
 * - A directory is compared with all states in which it was listed since its last event, so every observer of any of
 *   these states is notified of the difference.
 */
import { type PathEvent } from '../../pond/types.ts';
import { type DerivedEntries, type DerivedNode } from '../model/derivedContent.ts';
import { type DerivedState } from './derivedEntries.ts';
import { isKindName } from '../kindNames.ts';
import { type StoredResource } from '../readResource.ts';
import { isUuid } from '../../documents/fieldTypes.ts';

/** Dependencies: the derived content of a tree that changes. */
export interface DerivedEventsParts {
  readonly state: () => DerivedState;
  readonly readHome: (kind: string, id: string) => Promise<StoredResource | undefined>;
  readonly tell: (changes: readonly PathEvent[]) => void;
}

export interface DerivedEvents {
  /** The tree changed: `before` is the state that is no longer valid, `changes` are the known changes. */
  changed(before: DerivedState, changes: readonly PathEvent[]): void;
  /** Stops all events; resolves when no listing is in progress. */
  close(): Promise<void>;
}

/** Changes within this time are reported together, milliseconds; a slow listing is followed by a longer pause. */
const pauseMsMin = 50;
const pauseMsMax = 5_000;

/** Maximum number of directories that are listed again. */
const directoriesMax = 1_000;

const none: DerivedEntries = new Map();

/** Returns the source of events; its `changed` must be called when the tree changed. */
export function createDerivedEvents({ state, readHome, tell }: DerivedEventsParts): DerivedEvents {
  const seen = new Map<string, DerivedEntries[]>();
  const names = new Map<string, string>();
  let befores: DerivedState[] = [];
  let inHomes: PathEvent[] = [];
  let pauseMs = pauseMsMin;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let isStale = false;
  let isClosed = false;

  function changed(before: DerivedState, changes: readonly PathEvent[]): void {
    // A listing in progress in that state adds its entries to it later.
    if (before.looked.size > 0) befores.push(before);
    inHomes.push(...changes.filter(({ path }) => homeIn(path) !== undefined));
    isStale = true;
    lookSoon();
  }

  function lookSoon(): void {
    const isTold = befores.length + inHomes.length + seen.size === 0;
    if (isClosed || isTold || timer !== undefined || looking !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      looking = lookNow();
    }, pauseMs);
  }

  async function lookNow(): Promise<void> {
    const startMs = Date.now();
    isStale = false;
    await look();
    pauseMs = Math.min(pauseMsMax, Math.max(pauseMsMin, 2 * (Date.now() - startMs)));
    looking = undefined;
    if (isStale) lookSoon();
  }

  async function look(): Promise<void> {
    const [states, stored] = [befores, inHomes];
    [befores, inHomes] = [[], []];
    for (const { looked } of states) for (const [path, entries] of looked) remember(path, entries);
    for (const path of [...seen.keys()].slice(0, Math.max(0, seen.size - directoriesMax))) seen.delete(path);
    const found: PathEvent[] = [];
    for (const event of stored) found.push(...(await byName(event)));
    for (const path of [...seen.keys()]) {
      if (isClosed) return;
      for (const event of await changesIn(path)) found.push(event, ...(await byName(event)));
    }
    if (found.length > 0) tell(found);
  }

  /** The directories that were listed most recently are evicted last. */
  function remember(path: string, entries: DerivedEntries): void {
    const known = seen.get(path) ?? [];
    seen.delete(path);
    seen.set(path, known.includes(entries) ? known : [...known, entries]);
  }

  async function changesIn(path: string): Promise<readonly PathEvent[]> {
    const before = seen.get(path) ?? [];
    const now = await entriesAt(path);
    if (now === undefined) seen.delete(path);
    else seen.set(path, [now]);
    return differences(path, before, now ?? none);
  }

  /** Undefined if there is no such directory; empty if its entries cannot be derived. */
  async function entriesAt(path: string): Promise<DerivedEntries | undefined> {
    const { home: at, kind, id, below } = homeIn(path) ?? {};
    if (at === undefined || kind === undefined || id === undefined) return undefined;
    try {
      const home = await readHome(kind, id);
      if (home === undefined) return undefined;
      let entries = await state().entriesOfHome(home);
      let directory = at;
      for (const name of below ?? []) {
        const node = entries.get(name);
        if (node?.type !== 'directory') return undefined;
        directory = `${directory}/${name}`;
        entries = await state().entriesOf(directory, node);
      }
      return entries;
    } catch {
      // The caller that lists it gets the error.
      return none;
    }
  }

  /** The event at the path with the resource's name, the last name known. */
  async function byName({ kind: what, path }: PathEvent): Promise<readonly PathEvent[]> {
    const at = homeIn(path);
    if (at === undefined || at.below.length === 0) return [];
    const home = await readHome(at.kind, at.id).catch(() => undefined);
    if (home !== undefined) names.set(at.home, home.name);
    const name = names.get(at.home);
    if (name === undefined) return [];
    return [{ kind: what, path: ['', at.kind, name, ...at.below].join('/') }];
  }

  return {
    changed,
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await looking;
    },
  };
}

/** The resource directory at or above a path, and the names below it; undefined for any other path. */
function homeIn(
  path: string,
):
  { readonly home: string; readonly kind: string; readonly id: string; readonly below: readonly string[] } | undefined {
  const [, kind = '', id = '', ...below] = path.split('/');
  return isKindName(kind) && isUuid(id) ? { home: `/${kind}/${id}`, kind, id, below } : undefined;
}

function differences(path: string, before: readonly DerivedEntries[], now: DerivedEntries): readonly PathEvent[] {
  const names = new Set([...before, now].flatMap((entries) => [...entries.keys()]));
  return [...names].flatMap((name): readonly PathEvent[] => {
    const contents = before.map((entries) => contentOf(entries.get(name)));
    const content = contentOf(now.get(name));
    if (contents.every((one) => one === content)) return [];
    const kind = content === undefined ? 'deleted' : contents.includes(undefined) ? 'created' : 'changed';
    return [{ kind, path: `${path}/${name}` }];
  });
}

/** Identity of a node's content; undefined for no node. Content of a directory has events of its own. */
function contentOf(node: DerivedNode | undefined): string | undefined {
  return node?.type === 'directory' ? 'directory' : node?.key;
}
