/** Fields of a commit, and filters of commits. */
import { type CommitNumber } from '../delta/commitNumber.ts';

/**
 * A version as people write it: a commit number ("12"), "HEAD" or a tag ("v1"), either with "~3" for the third commit before
 * it, or an ISO 8601 time (latest commit at or before it).
 */
export type VersionSpec = string;

/** A commit's own record. Also a row of the op log, and in the Delta commitInfo. */
export interface Commit {
  /** The Delta version of the commit, from 0. Foreign commits to the table leave gaps for ours. */
  readonly number: CommitNumber;
  /** UUID of the attempt; read back when the outcome of a commit is unknown. */
  readonly id: string;
  /** The pond commit before this one; undefined for the first. */
  readonly parent: CommitNumber | undefined;
  /** Id of the parent, and its hash; undefined where there is no parent, or where it has no hash. */
  readonly parentId: string | undefined;
  readonly parentHash: string | undefined;
  /** Microseconds since 1970 UTC; never before the parent's. */
  readonly timeUs: number;
  readonly author: string;
  readonly message: string;
  /** Origin of the commit: 'init', 'commit', 'undo', 'tag', or the name of a resource run. */
  readonly operation: string;
  /** Hash of the whole tree after the commit: names, types and contents alone. Lower-case hex SHA-256. */
  readonly rootHash: string;
  /**
   * Hash of the rows that the commit wrote, and of all that the commit says (commitHash.ts). Lower-case hex SHA-256;
   * undefined in commits from before ponds had a chain of hashes.
   */
  readonly rowsHash: string | undefined;
  readonly hash: string | undefined;
  readonly counts: ChangeCounts;
}

export interface ChangeCounts {
  readonly added: number;
  readonly modified: number;
  readonly removed: number;
  readonly renamed: number;
  /** Bytes of content that the commit added, inline and blobs. */
  readonly bytes: number;
}

export interface CommitRequest {
  readonly message: string;
  readonly author: string;
  readonly operation?: string;
  /** Time of the commit and of all that it stages, as Commit.timeUs; now if omitted. Raised to follow the parent's. */
  readonly timeUs?: number;
}

/** Range of commits in a log. */
export interface LogOptions {
  /** Only commits that changed this path or something below it. */
  readonly path?: string;
  /** Maximum number of commits. */
  readonly limit?: number;
  /** Number of the first commit; the latest when omitted. */
  readonly start?: number;
}

/** Commits by the names of their tags, in the order of the names. */
export type Tags = ReadonlyMap<string, CommitNumber>;

/** A change of one tag. */
export interface TagChange {
  readonly name: string;
  /** The commit that it names from now on; undefined to delete it. */
  readonly commit: CommitNumber | undefined;
  /** True to move a tag that names another commit. */
  readonly force: boolean;
}
