import { type PathEvent } from '../../pond/change.ts';
import { type DerivedEntries, type DerivedNode } from '../model/derivedContent.ts';
import { isKindName } from '../kindNames.ts';
import { parseResourcePath, type ResourcePath } from '../model/resourcePath.ts';
import { type DerivedState } from './derivedState.ts';

/** Changes within this time are reported together, milliseconds; a slow listing is followed by a longer pause. */
const pauseMsMin = 50;
const pauseMsMax = 5_000;

/** Maximum number of directories that are listed again. */
const directoriesMax = 1_000;

const none: DerivedEntries = new Map();

/**
 * Events for derived content. When a tree changes, its derived entries appear, disappear and change; and content of a
 * resource directory is also visible under the resource's name, where users look for it.
 *
 * Invariants:
 * - Only directories that were listed are listed again, which matches patterns and builds nothing.
 * - A directory is compared with all states in which it was listed since its last event, so every observer of any of
 *   these states is notified of the difference.
 */
export class DerivedEvents {
  readonly #state: () => DerivedState;
  readonly #notify: (changes: readonly PathEvent[]) => void;
  /** Entries of the listed directories, in each state in which they were listed since their last event. */
  readonly #listed = new Map<string, DerivedEntries[]>();
  /** Latest known names of resources, by directory. */
  readonly #names = new Map<string, string>();
  #outdated: DerivedState[] = [];
  /** Changes of stored content in resource directories, still to be reported by name. */
  #stored: PathEvent[] = [];
  #pauseMs = pauseMsMin;
  #timer: NodeJS.Timeout | undefined;
  #comparing: Promise<void> | undefined;
  #isStale = false;
  #isClosed = false;

  constructor(state: () => DerivedState, notify: (changes: readonly PathEvent[]) => void) {
    this.#state = state;
    this.#notify = notify;
  }

  /** The tree changed: `before` is the state that is no longer valid, `changes` are the known changes. */
  changed(before: DerivedState, changes: readonly PathEvent[]): void {
    // A listing in progress in that state adds its entries to it later.
    if (before.listed.size > 0) this.#outdated.push(before);
    this.alsoByName(changes);
  }

  /** Reports changes in resource directories, which were reported by their path, by the names of the resources too. */
  alsoByName(changes: readonly PathEvent[]): void {
    this.#stored.push(...changes.filter(({ path }) => resourceAt(path) !== undefined));
    this.#isStale = true;
    this.#schedule();
  }

  /** Stops all events; resolves when no listing is in progress. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#comparing;
  }

  #schedule(): void {
    const isIdle = this.#outdated.length + this.#stored.length + this.#listed.size === 0;
    if (this.#isClosed || isIdle || this.#timer !== undefined || this.#comparing !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#comparing = this.#compareNow();
    }, this.#pauseMs);
  }

  async #compareNow(): Promise<void> {
    const startMs = Date.now();
    this.#isStale = false;
    await this.#compare();
    this.#pauseMs = Math.min(pauseMsMax, Math.max(pauseMsMin, 2 * (Date.now() - startMs)));
    this.#comparing = undefined;
    if (this.#isStale) this.#schedule();
  }

  async #compare(): Promise<void> {
    const [states, stored] = [this.#outdated, this.#stored];
    [this.#outdated, this.#stored] = [[], []];
    for (const { listed } of states) for (const [path, entries] of listed) this.#remember(path, entries);
    const all = this.#listed;
    for (const path of [...all.keys()].slice(0, Math.max(0, all.size - directoriesMax))) all.delete(path);
    const found: PathEvent[] = [];
    for (const event of stored) found.push(...(await this.#byName(event)));
    for (const path of [...all.keys()]) {
      if (this.#isClosed) return;
      for (const event of await this.#changesIn(path)) found.push(event, ...(await this.#byName(event)));
    }
    if (found.length > 0) this.#notify(found);
  }

  /** The directories that were listed most recently are evicted last. */
  #remember(path: string, entries: DerivedEntries): void {
    const known = this.#listed.get(path) ?? [];
    this.#listed.delete(path);
    this.#listed.set(path, known.includes(entries) ? known : [...known, entries]);
  }

  async #changesIn(path: string): Promise<readonly PathEvent[]> {
    const before = this.#listed.get(path) ?? [];
    const now = await this.#entriesAt(path);
    if (now === undefined) this.#listed.delete(path);
    else this.#listed.set(path, [now]);
    return differences(path, before, now ?? none);
  }

  /** Undefined if there is no such directory; empty if its entries cannot be derived. */
  async #entriesAt(path: string): Promise<DerivedEntries | undefined> {
    const at = resourceAt(path);
    if (at === undefined) return undefined;
    try {
      const resource = await this.#state().resource(at.kind, at.id);
      if (resource === undefined) return undefined;
      let entries = await this.#state().entriesOfResource(resource);
      let directory = at.directory;
      for (const name of at.below) {
        const node = entries.get(name);
        if (node?.type !== 'directory') return undefined;
        directory = `${directory}/${name}`;
        entries = await this.#state().entriesOf(directory, node);
      }
      return entries;
    } catch {
      // The caller that lists it gets the error.
      return none;
    }
  }

  /** The event at the path with the resource's name, the last name known. */
  async #byName({ kind: change, path }: PathEvent): Promise<readonly PathEvent[]> {
    const at = resourceAt(path);
    if (at === undefined || at.below.length === 0) return [];
    const resource = await this.#state()
      .resource(at.kind, at.id)
      .catch(() => undefined);
    if (resource !== undefined) this.#names.set(at.directory, resource.name);
    const name = this.#names.get(at.directory);
    if (name === undefined) return [];
    return [{ kind: change, path: ['', at.kind, name, ...at.below].join('/') }];
  }
}

/** The resource directory at or above a path; undefined for any other path. */
function resourceAt(path: string): ResourcePath | undefined {
  const parsed = parseResourcePath(path);
  return parsed !== undefined && isKindName(parsed.kind) ? parsed : undefined;
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
