/**
 * The requests about commits: pages of the history, tags, and undoing. See commands.ts for the rules common to all
 * requests.
 */
import { type ChangeInfo, type CommitInfo } from './info.ts';
import { type InPond } from './params.ts';

/** Filters of commits. `since` and `until` are ISO times or versions, inclusive; texts are found in any case. */
export type LogFilters = {
  readonly since?: string;
  readonly until?: string;
  readonly author?: string;
  readonly message?: string;
  /** Leaves out the commits of runs. */
  readonly noRuns?: boolean;
};

/** Commits of a pond or of a path in it, and where a list of them begins. */
export type LogParams = InPond & {
  readonly path?: string;
  readonly followLinks?: boolean;
  readonly limit?: number;
  readonly start?: number;
} & LogFilters;

/** A page of the history. */
export interface HistoryInfo {
  readonly commits: readonly CommitInfo[];
  /** The `start` of the next page; null when no older commit is left. */
  readonly next: number | null;
  /** Number of commits that were read to find those of the page. */
  readonly searched: number;
  /** Time of the oldest commit that was read; null without any. */
  readonly searchedTo: string | null;
}

/** A name of a commit. */
export interface TagInfo {
  readonly name: string;
  readonly commit: CommitInfo;
}

/** A commit that was, or would be, undone. */
export interface UndoInfo {
  readonly undone: CommitInfo;
  /** From `undone` to the commit before it. */
  readonly changes: readonly ChangeInfo[];
  /** Null for a dry run. */
  readonly commit: CommitInfo | null;
}

export interface HistoryCommands {
  /**
   * Commits, latest first; with a path, those that changed what it leads to, or the link at its end unless `followLinks`
   * (true). At most `limit`; the next page begins with the commit of number `start`: the parent of the last.
   */
  log: {
    /** `rows` states the rows by which tables differ, of the commits for which countRows has counted all. */
    params: LogParams & { readonly rows?: boolean };
    result: readonly CommitInfo[];
  };
  /**
   * The same as a page of at most `limit` (100) commits. It is shorter where few commits pass the filters: a page reads at
   * most 10,000 commits, and `next` continues there.
   */
  history: { params: LogParams; result: HistoryInfo };
  /** A commit and its changes. */
  show: {
    params: InPond & { readonly commit: string };
    result: { readonly commit: CommitInfo; readonly changes: readonly ChangeInfo[] };
  };
  /** The tags in the latest commit, in the order of their names. */
  tags: { params: InPond; result: readonly TagInfo[] };
  /** Names a version (HEAD), by a commit of its own. Fails `already-exists` for another commit's tag without `force`. */
  setTag: {
    params: InPond & { readonly name: string; readonly at?: string; readonly force?: boolean };
    result: TagInfo;
  };
  /** Deletes a tag, by a commit of its own. Fails `version-not-found`. */
  deleteTag: { params: InPond & { readonly name: string }; result: null };
  /**
   * Undoes the latest commit by a new one; what is staged stays staged. Fails `conflict` when a staged change is at, above
   * or below a path that would change, or when the latest commit is not of `number`; `usage` for a commit without changes.
   */
  undo: { params: InPond & { readonly dryRun?: boolean; readonly number?: number }; result: UndoInfo };
}
