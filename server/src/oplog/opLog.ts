/**
 * The op log: rows in Parquet files under a Delta table. It locates the file of a commit's rows, and appends a commit
 * as one data file and one log entry.
 *
 * Invariants:
 * - A commit of ours writes a `txn` action with its own number, so a snapshot shows our latest commit without reading
 *   any; other engines' commits to the table do not.
 * - Every data file of ours is tagged with the commits whose rows it holds, so compacted files are found too.
 */
import { type Add, type DeltaCommit } from '../delta/actions.ts';
import { type CommitNumber, type CommitRange } from '../delta/commitNumber.ts';
import { type AddFile } from '../delta/files.ts';
import { type ForeignTableVersion } from './foreignVersion.ts';
import { type OpRow, type StoredRow } from './rows.ts';

/** Files of other engines that hold rows of ours, and the commits whose rows count in them. */
export interface Rewritten {
  readonly paths: readonly string[];
  readonly commits: readonly CommitRange[];
  /** True when a row may be in several of the files: one of them replaced another. */
  readonly mayRepeat: boolean;
}

/** All files with rows of our commits up to one. */
export interface RowFiles {
  /** Files of ours: all rows of those commits in them count. */
  readonly own: readonly string[];
  /** Undefined when every commit has a file of its own. */
  readonly rewritten: Rewritten | undefined;
}

export interface RowRequest {
  readonly partId: string;
  readonly nodeId: string;
  readonly txn: CommitNumber;
  /** Selects a version when one commit wrote several of a series; without it, the latest. */
  readonly version?: number;
  /** The row in messages, such as `version 3 of a.csv`; `a row` when omitted. */
  readonly shown?: string;
}

/** Content of a commit, for the number that it gets. */
export interface Appending {
  readonly rows: readonly OpRow[];
  /** The commit's record, for commitInfo; plain JSON. */
  readonly record: Readonly<Record<string, unknown>>;
}

/** A commit to append. */
export interface AppendRequest {
  /** UUID of the attempt, the same for a retry. */
  readonly id: string;
  readonly operation: string;
  /** Milliseconds since 1970 UTC. */
  readonly timeMs: number;
  /** Called for each number tried; when another engine takes a number, the next one is tried. */
  readonly build: (number: CommitNumber) => Promise<Appending>;
}

/** The op log of one pond. */
export interface OpLog {
  /** UUID of the table. */
  readonly id: string;
  /** Number of our latest commit. */
  readonly head: CommitNumber;
  /** Latest version of the table, ours or another engine's. */
  readonly tableVersion: CommitNumber;
  /**
   * Returns the commits of other engines, ascending, each with the commits of ours that it took out of the table, and the
   * number of their files that only a checkpoint names: long before it, or without a log entry.
   */
  foreignCommits(): Promise<{ readonly commits: readonly ForeignTableVersion[]; readonly earlierFiles: number }>;
  /** True for a path of a data file that is part of the table. */
  hasFile(path: string): Promise<boolean>;
  /** Returns the data files with rows of our commits up to `number`; paths relative to the disk. */
  rowFiles(number: CommitNumber): Promise<RowFiles>;
  /**
   * Like rowFiles, each compared with its size and hash: for readers that do not verify. Files of other engines replace
   * a damaged one if they hold its rows; otherwise it fails `pond-damaged`.
   */
  verifiedRowFiles(number: CommitNumber): Promise<RowFiles>;
  /**
   * Returns the row of a key, written by commit `txn`, from the first intact file that has it. Fails `pond-damaged` when
   * there is none.
   */
  readRow(request: RowRequest): Promise<StoredRow>;
  /** Returns a version of the table as its log entry says, ours or another engine's; undefined when that is missing. */
  entry(number: CommitNumber): DeltaCommit | undefined;
  /** All live data files, ours and other engines'. */
  liveFiles(): Promise<Iterable<AddFile>>;
  /** Returns the action that added a live file, or a file with rows of ours; undefined for other files. */
  addOf(path: string): Promise<Add | undefined>;
  /** Reads the rows in a data file from the disk, not from a cache: all, or those of some commits. */
  rowsIn(path: string, commits?: readonly CommitRange[]): AsyncIterable<StoredRow>;
  /** Returns the rows of directories and pages in one data file written by some commits, with their content. */
  directoryRows(path: string, commits: readonly CommitRange[]): AsyncIterable<StoredRow>;
  /**
   * Returns a commit's record; undefined for another engine's commit and for a number that does not exist. Fails
   * `pond-damaged` when the entry of the record has the number of another commit.
   */
  record(number: CommitNumber): Readonly<Record<string, unknown>> | undefined;
  /** True when a commit of ours lies between two numbers, both exclusive; `low` undefined is before the first. */
  hasBetween(low: CommitNumber | undefined, high: CommitNumber): Promise<boolean>;
  /** True when the log entry of one of our commits is gone but its rows exist. */
  isCleanedUp(number: CommitNumber): boolean;
  /**
   * Appends a commit and returns its number; durable on return. Fails `lock-held` when another of our processes
   * commits. Files of ours that another engine took out of the table since our last commit are added again: the engine's
   * VACUUM would delete them.
   */
  append(request: AppendRequest): Promise<CommitNumber>;
  /** Reads new commits of other processes; true when there were any. */
  refresh(): boolean;
}
