import { type CommitInfo } from '../../../server/src/protocol/commands.ts';
import { type PondClient } from '../client.ts';

/** Commits per page: the list appears at once, whatever the age of the pond. */
const pageCommits = 200;

/** Commits of a pond or of a path, latest first, loaded page by page. */
export interface CommitPages {
  /** All commits loaded so far. */
  readonly loaded: readonly CommitInfo[];
  readonly hasMore: boolean;
  /** Adds the next page to `loaded`. Does nothing when there are no more. */
  loadMore(): Promise<void>;
}

/** Returns the latest commits of a pond; only those that changed `path` if it is given. */
export async function openCommits(client: PondClient, pond: string, path?: string): Promise<CommitPages> {
  const loaded: CommitInfo[] = [];
  let next: number | undefined;

  async function load(): Promise<void> {
    const params = { pond, limit: pageCommits + 1, ...(path !== undefined && { path }) };
    // The extra commit shows whether there is another page, and where it starts.
    const received = await client.request('log', { ...params, ...(next !== undefined && { start: next }) });
    loaded.push(...received.slice(0, pageCommits));
    next = received[pageCommits]?.number;
  }

  await load();
  return {
    loaded,
    get hasMore() {
      return next !== undefined;
    },
    async loadMore() {
      if (next !== undefined) await load();
    },
  };
}
