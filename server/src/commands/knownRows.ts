import { type Pond } from '../pond/types.ts';
import { type RowCountsInfo } from '../protocol/commands.ts';
import { type Cache, createPondCache } from '../storage/cache.ts';
import { type OpenDisk } from '../storage/disk.ts';

/** Increment when rows are counted otherwise: what was counted is kept under it. */
const version = 1;

/** Numbers of differing rows that were counted before, in the cache of the user. */
export class KnownRows {
  readonly #cache: Cache;

  constructor(pond: Pick<Pond, 'id' | 'directory'>, openDisk: OpenDisk) {
    this.#cache = createPondCache(pond, openDisk);
  }

  /** Those of what a key identifies; undefined when they are not known. */
  get(key: string): RowCountsInfo | 'unreadable' | undefined {
    const text = this.#cache.readText(`rows ${version} ${key}`);
    if (text === 'unreadable') return text;
    const [, added, removed, changed] = /^(\d+) (\d+) (\d+)$/.exec(text ?? '')?.map(Number) ?? [];
    if (added === undefined || removed === undefined || changed === undefined) return undefined;
    return { added, removed, changed };
  }

  set(key: string, counts: RowCountsInfo | 'unreadable'): void {
    const text = counts === 'unreadable' ? counts : `${counts.added} ${counts.removed} ${counts.changed}`;
    this.#cache.writeText(`rows ${version} ${key}`, text);
  }
}

/** Key of the sum over all tables that a commit changed. */
export function commitKey({ id }: { readonly id: string }): string {
  return `commit ${id}`;
}
