/**
 * All requests of clients to the server, as name → params and result. All values are plain data. The same names serve
 * the editor (JSON-RPC method `pond/<name>`), an attached terminal, and in-process calls.
 *
 * `pond` in params is the absolute host directory of a pond. Paths are absolute pond paths unless stated otherwise.
 */
export type * from './backups.ts';
export type * from './description.ts';
export type * from './history.ts';
export type * from './info.ts';
export type * from './migration.ts';
export type * from './plots.ts';
export type * from './results.ts';
export type * from './rowCounts.ts';
export type * from './rowDiff.ts';
export type * from './rowMerge.ts';
export type * from './search.ts';
export type * from './sqlCompletion.ts';
export type * from './tableDiff.ts';
export type * from './series.ts';
export type * from './tables.ts';
export type * from './tableViews.ts';
import {
  type AbsentInfo,
  type Bytes,
  type ChangeInfo,
  type CheckedInfo,
  type ChildInfo,
  type CloneInfo,
  type CommitInfo,
  type NodeInfo,
  type ProvenInfo,
  type RestoredInfo,
  type StatusInfo,
  type TreeHashInfo,
} from './info.ts';
import { type QueryResult, type ResultFormat, type RowWindow } from './results.ts';
import { type BackupCommands } from './backups.ts';
import { type DescriptionInfo, type FormatInfo } from './description.ts';
import { type HistoryCommands } from './history.ts';
import { type HostCommands } from './hostCommands.ts';
import { type MigrationCommands } from './migration.ts';
import { type MirrorCommands } from './mirrors.ts';
import { type PlotCommands } from './plots.ts';
import { type ResourceCommands } from './resources.ts';
import { type RowCountsCommands } from './rowCounts.ts';
import { type RowDiffCommands } from './rowDiff.ts';
import { type RowMergeCommands } from './rowMerge.ts';
import { type SearchCommands } from './search.ts';
import { type SqlCompletionCommands } from './sqlCompletion.ts';
import { type TableDiffCommands } from './tableDiff.ts';
import { type TableCommands } from './tables.ts';
import { type At, type InPond } from './params.ts';

export const protocolVersion = 17;

/** A query with the values of its parameters (`$name`, `?`); the type of a value is stated, or the one needed there. */
type QueryParams = At & {
  readonly sql: string;
  readonly parameters?: readonly { readonly name: string; readonly value: string; readonly type?: string }[];
};

interface Commands
  extends
    BackupCommands,
    HistoryCommands,
    HostCommands,
    MigrationCommands,
    MirrorCommands,
    PlotCommands,
    ResourceCommands,
    RowCountsCommands,
    RowDiffCommands,
    RowMergeCommands,
    SearchCommands,
    SqlCompletionCommands,
    TableCommands,
    TableDiffCommands {
  // Ponds
  init: { params: { readonly directory: string }; result: { readonly pond: string; readonly id: string } };
  /**
   * Copies a pond from a store (`s3://…`, `file:///…`) into a host directory, or goes on with a copy that stopped; reports
   * progress. With `at` the copy ends there and is read-only; with `thin`, contents stay at the store; with `fork` it is a
   * pond of its own with the same history.
   */
  clone: {
    params: {
      readonly url: string;
      readonly directory: string;
      readonly at?: string | undefined;
      readonly thin?: boolean;
      readonly fork?: boolean;
    };
    result: CloneInfo;
  };
  /** Copies paths (or globs) of one version of a pond at a store to a host folder, as export does, without a pond there. */
  cloneFiles: {
    params: {
      readonly url: string;
      readonly directory: string;
      readonly at?: string | undefined;
      readonly only: readonly string[];
    };
    result: HostCommands['export']['result'] & { readonly url: string; readonly head: CommitInfo };
  };
  /** Opens (or joins) a pond. `mode`: this server holds the lock, goes through another process, or only reads. */
  open: {
    params: InPond;
    result: { readonly pond: string; readonly id: string; readonly mode: 'owner' | 'attached' | 'read' };
  };
  close: { params: InPond; result: null };

  // The tree
  stat: { params: InPond & At & { readonly path: string; readonly followLinks?: boolean }; result: NodeInfo };
  list: {
    params: InPond & At & { readonly path: string; readonly recursive?: boolean };
    /**
     * The entries of a directory, the matches of a glob, or the one file at the path; in path order. Their paths go
     * through the same links as `path`.
     */
    result: readonly NodeInfo[];
  };
  /** The names in a directory, in order. Fails `not-found`, `not-a-directory`. */
  children: { params: InPond & At & { readonly path: string }; result: readonly ChildInfo[] };
  /** The content of a file, or its bytes `start` to `end` (exclusive). */
  read: {
    params: InPond & At & { readonly path: string; readonly start?: number; readonly end?: number };
    result: Bytes;
  };
  write: {
    params: InPond & {
      readonly path: string;
      readonly content: Bytes;
      readonly create: boolean;
      readonly overwrite: boolean;
    };
    result: NodeInfo;
  };
  makeDirectory: { params: InPond & { readonly path: string; readonly parents?: boolean }; result: NodeInfo };
  touch: { params: InPond & { readonly paths: readonly string[] }; result: readonly NodeInfo[] };
  link: { params: InPond & { readonly target: string; readonly path: string }; result: NodeInfo };
  /** The format stated for the CSV files at and below a path. */
  format: { params: InPond & At & { readonly path: string }; result: FormatInfo };
  /**
   * States how the CSV files at and below a path are read. Options stated there before stay unless they are among
   * `options` or `clear`; `clear: true` removes all of them first. The options and values are those of `format` sections;
   * a value may be a text as in the terminal. Fails `usage`.
   */
  setFormat: {
    params: InPond & {
      readonly path: string;
      readonly options?: Readonly<Record<string, unknown>>;
      readonly clear?: true | readonly string[];
    };
    result: FormatInfo;
  };
  remove: {
    params: InPond & { readonly paths: readonly string[]; readonly recursive: boolean };
    result: { readonly removed: number };
  };
  /** With `into`, a directory at `to` receives the entry under its own name. */
  rename: {
    params: InPond & {
      readonly from: string;
      readonly to: string;
      readonly overwrite: boolean;
      readonly into?: boolean;
    };
    result: NodeInfo;
  };
  /** `into` as in rename. */
  copy: {
    params: InPond & {
      readonly from: string;
      readonly to: string;
      readonly recursive: boolean;
      readonly overwrite: boolean;
      readonly into?: boolean;
    };
    result: NodeInfo;
  };

  // History
  status: { params: InPond; result: StatusInfo };
  /** `from` defaults to HEAD, `to` to the working tree. */
  diff: {
    params: InPond & { readonly from?: string; readonly to?: string; readonly paths?: readonly string[] };
    result: readonly ChangeInfo[];
  };
  /** Commits what is staged: all, or what is at or below the paths, with what that needs; the rest stays staged. */
  commit: {
    params: InPond & { readonly message: string; readonly author?: string; readonly paths?: readonly string[] };
    result: CommitInfo;
  };
  /**
   * Discards what is staged: all, or what is at or below the paths. With the `stagedHash` of a status, fails `conflict`
   * when something else is staged by now: what was not seen is not discarded.
   */
  discard: {
    params: InPond & { readonly paths?: readonly string[]; readonly stagedHash?: string };
    result: { readonly discarded: number };
  };
  /** Resolves conflicts in favor of the staged side. Fails `nothing-staged` without any. */
  resolve: { params: InPond & { readonly paths: readonly string[] }; result: null };
  /** With `keepStaged`, fails `conflict` where a staged edit would be replaced. */
  restore: {
    params: InPond & { readonly paths: readonly string[]; readonly at: string; readonly keepStaged?: boolean };
    result: readonly ChangeInfo[];
  };
  /**
   * Checks the whole history: the log, the chain of commits, each data file, row and blob, and the checkpoints. `quick`
   * leaves out the contents of files; `at` checks one version alone. Problems as sentences. `trees` hashes the content of
   * each resource in the version, or in the latest.
   */
  check: {
    params: InPond & At & { readonly quick?: boolean };
    result: {
      readonly problems: readonly string[];
      /** Numbers of what was checked; undefined with `at`. */
      readonly checked?: CheckedInfo;
      /** Contents that were not checked, since only the origin of a thin clone has them; undefined for none. */
      readonly absent?: AbsentInfo;
      readonly trees: readonly TreeHashInfo[];
    };
  };
  /**
   * Restores damaged and missing files of the pond from what is intact, which copies of it may hold: host directories, and
   * stores by their URL. With a path and a name, the copy is that directory or, where there is none, the Backup of the name.
   * `problems` are those of a check afterwards; `refused` says which copies cannot be used, and why files
   * of others were not taken. Fails when no copy that is named can be opened.
   */
  repair: {
    params: InPond & { readonly copies?: readonly (string | { readonly path: string; readonly name: string })[] };
    result: {
      readonly restored: readonly RestoredInfo[];
      readonly problems: readonly string[];
      readonly refused: readonly string[];
    };
  };
  /**
   * Proof of a stored node, as one line of JSON, with the commits up to version `to` (HEAD). Like the name of a table, the
   * path may end in @ and a version. A link at its end is followed unless `followLinks` is false.
   */
  prove: {
    params: InPond & { readonly path: string; readonly to?: string; readonly followLinks?: boolean };
    result: { readonly text: string };
  };
  /**
   * Verifies the text of a proof; uses no pond. `root` is a hash that the verifier knows, of a tree or a commit; `content`
   * the SHA-256 of a file, or of a version of a series.
   */
  checkProof: {
    params: { readonly text: string; readonly root?: string; readonly content?: string };
    result: ProvenInfo;
  };

  // Queries
  /** Describes tables and how they are read. Fails `not-found`, `is-a-directory`, and as a query over the path. */
  describe: { params: InPond & At & { readonly paths: readonly string[] }; result: readonly DescriptionInfo[] };
  /**
   * Formats that the text of a file of the working tree suggests, such as a row of units, each with its reason. Fails
   * `not-found`, and as a query over the path.
   */
  offeredFormats: { params: InPond & { readonly path: string }; result: DescriptionInfo['offers'] };
  query: { params: InPond & QueryParams; result: QueryResult };
  rows: {
    params: InPond & { readonly resultId: string; readonly start: number; readonly count: number };
    result: RowWindow;
  };
  release: { params: InPond & { readonly resultId: string }; result: null };
  /** Runs a query and writes its whole result to a host file. */
  queryToFile: {
    params: InPond & QueryParams & { readonly format: ResultFormat; readonly file: string };
    result: { readonly rowCount: number; readonly elapsedMs: number };
  };
  /** Runs a query and returns its whole result in a format: as a stream of bytes, else as text. */
  queryToText: {
    params: InPond & QueryParams & { readonly format: ResultFormat };
    result: { readonly rowCount: number; readonly elapsedMs: number; readonly text: string };
  };
}

export type CommandName = keyof Commands;
export type Params<N extends CommandName> = Commands[N]['params'];
export type Result<N extends CommandName> = Commands[N]['result'];

/** JSON-RPC method of a command. */
export const method = (name: CommandName): string => `pond/${name}`;
