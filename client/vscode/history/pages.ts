import { type CommitInfo, type HistoryInfo } from '../../../server/src/protocol/commands.ts';
import { type PondClient } from '../client.ts';
import { type HistoryFilters } from './nodes.ts';

const pageCommits = 100;
/** Largest page of the server. */
const pageCommitsMax = 1000;

/** The commits of a pond that pass some filters, loaded page by page. */
export class HistoryPages {
  readonly filters: HistoryFilters;
  readonly #client: PondClient;
  readonly #pond: string;
  #commits: CommitInfo[] = [];
  #next: number | null | undefined;
  #searched = 0;
  #searchedTo: string | null = null;
  #loading: Promise<void> | undefined;

  constructor(client: PondClient, pond: string, filters: HistoryFilters) {
    this.#client = client;
    this.#pond = pond;
    this.filters = filters;
  }

  /** Commits loaded so far, latest first. Loads the first page when none is. */
  async loaded(): Promise<readonly CommitInfo[]> {
    if (this.#next === undefined) await this.#load(pageCommits);
    return this.#commits;
  }

  /** True when older commits are left to look at. */
  get hasMore(): boolean {
    return typeof this.#next === 'number';
  }

  /** Number of commits that were read, and the time of the oldest of them. */
  get reach(): Pick<HistoryInfo, 'searched' | 'searchedTo'> {
    return { searched: this.#searched, searchedTo: this.#searchedTo };
  }

  /** Loads the next page. Does nothing when there are no more. */
  async loadMore(): Promise<void> {
    if (this.hasMore) await this.#load(pageCommits);
  }

  /** Returns the same list after new commits: as many of them as before, up to the largest page. */
  async reloaded(): Promise<HistoryPages> {
    const again = new HistoryPages(this.#client, this.#pond, this.filters);
    if (this.#next !== undefined)
      await again.#load(Math.min(pageCommitsMax, Math.max(pageCommits, this.#commits.length)));
    return again;
  }

  /** One request at a time: two would load the same page twice. */
  async #load(limit: number): Promise<void> {
    this.#loading ??= this.#request(limit).finally(() => (this.#loading = undefined));
    await this.#loading;
  }

  async #request(limit: number): Promise<void> {
    const start = typeof this.#next === 'number' ? { start: this.#next } : {};
    const page = await this.#client.request('history', { pond: this.#pond, ...this.filters, limit, ...start });
    this.#commits = [...this.#commits, ...page.commits];
    this.#next = page.next;
    this.#searched += page.searched;
    this.#searchedTo = page.searchedTo ?? this.#searchedTo;
  }
}
