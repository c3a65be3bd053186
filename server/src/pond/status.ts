/** State of an open pond, apart from its trees. */
import { type CommitNumber, type CommitRange } from '../delta/commitNumber.ts';
import { type Change, type Conflict } from './change.ts';
import { type Commit } from './commitRecord.ts';

/** A commit of another engine to the pond's table. */
interface ForeignCommit {
  /** Delta version. */
  readonly version: number;
  /** Its declared operation, such as WRITE or OPTIMIZE, and engine; undefined when not declared. */
  readonly operation: string | undefined;
  readonly engine: string | undefined;
  /**
   * Commits of the pond that it took out of the table, as RESTORE does. They are read from their files, and the next
   * commit adds them again.
   */
  readonly removedCommits: readonly CommitRange[];
}

export interface Status {
  readonly head: Commit;
  readonly staged: readonly Change[];
  /** See stagedHash. */
  readonly stagedHash: string;
  readonly conflicts: readonly Conflict[];
  /** Commits of other engines since the table's last checkpoint, ascending; their additions are not part of the tree. */
  readonly foreignCommits: readonly ForeignCommit[];
  /** Number of other engines' live files that were added before it: a checkpoint does not record by which commit. */
  readonly earlierForeignFiles: number;
  /** Findings and quarantined files of this opening, as sentences; empty for a sound pond. */
  readonly notices: readonly string[];
  /** Files quarantined by this opening or an earlier one, until a person removes them. */
  readonly quarantined: readonly QuarantinedFile[];
  /** The mark of a copy of a pond; undefined for any other folder. */
  readonly replica: Replica | undefined;
}

/** A file that was taken out of use. */
export interface QuarantinedFile {
  /** Path in the pond's host directory. */
  readonly path: string;
  /** Description, and advice on dealing with it; for people. */
  readonly text: string;
}

/** Origin of a copied pond. */
export interface Replica {
  /** Id of the pond that was copied. */
  readonly of: string;
  /** Address that it was copied from, without credentials. */
  readonly url: string;
  /** Commit at which the copy ends, for a copy of an earlier version, which is read-only; undefined for a whole one. */
  readonly at: CommitNumber | undefined;
  /** True until all of the copy is there. */
  readonly isPartial: boolean;
  /** True where contents were left at the origin. */
  readonly isThin: boolean;
  /** Id that an unfinished fork gets; undefined for any other copy. */
  readonly fork: string | undefined;
  /** Latest commit that the store had when it was last copied; undefined in marks of older versions. */
  readonly last: CommitNumber | undefined;
}
