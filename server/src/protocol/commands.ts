/**
 * Every request that a client can make of the server, as name → params and result. All values are plain data. The same
 * names serve the editor (JSON-RPC method `pond/<name>`), an attached terminal, and in-process calls.
 *
 * `pond` in params is the absolute host directory of a pond. Paths are absolute pond paths unless said otherwise.
 */
import { type ResourceCommands } from './resources.ts';

export const protocolVersion = 1;

/** Bytes: a Uint8Array where the transport carries it as such, else base64. */
export type Bytes = Uint8Array | { readonly base64: string };

export type FileTypeName = 'directory' | 'file' | 'table' | 'series' | 'symlink' | 'dynamic';

/** What is known of a node without reading its content. */
export interface NodeInfo {
  /** Absolute pond path. */
  readonly path: string;
  /** `path` by the name of its resource, `/KIND/NAME/…`; left out where it is the same, and by most commands. */
  readonly displayPath?: string;
  readonly name: string;
  /** The node's own type, a symlink not followed. */
  readonly type: FileTypeName;
  /** For a symlink: the type at its end, or undefined when it dangles. */
  readonly targetType?: FileTypeName;
  /** For a symlink: its text. */
  readonly target?: string;
  readonly id: string;
  readonly version: number;
  /** Bytes; entries for a directory. */
  readonly size: number;
  /** Milliseconds since 1970 UTC. */
  readonly modified: number;
  readonly sha256: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** For what a resource makes: it cannot be written, and the bytes of a file are 0 until it is made. */
  readonly derived?: true;
  /** Where a listing could not go on: why what is in the directory, which need not match itself, cannot be told. */
  readonly unlisted?: string;
}

/** What is in a directory: a name, the node's own type, and for a link the type at its end unless it dangles. */
export type ChildInfo = readonly [name: string, type: FileTypeName, targetType?: FileTypeName];

export interface CommitInfo {
  readonly number: number;
  readonly id: string;
  readonly parent: number | null;
  /** ISO 8601, UTC, microseconds. */
  readonly time: string;
  readonly author: string;
  readonly message: string;
  readonly operation: string;
  readonly rootHash: string;
  readonly added: number;
  readonly modified: number;
  readonly removed: number;
  readonly renamed: number;
  readonly bytes: number;
}

/** A change of the tree. The document of a resource that got another name is 'renamed', from and to one path. */
export interface ChangeInfo {
  readonly kind: 'added' | 'modified' | 'removed' | 'renamed';
  readonly path: string;
  readonly from?: string;
  /** `path` by the name of its resource, `/KIND/NAME/…`; left out where it is the same. */
  readonly displayPath?: string;
  /** `from` by the name that its resource had; left out where it is the same. */
  readonly displayFrom?: string;
  /** Path of the change with which this one counts as one: the directory of a resource, its document, its name. */
  readonly partOf?: string;
  readonly type: FileTypeName;
  readonly sizeBefore: number | null;
  readonly sizeAfter: number | null;
}

export interface ForeignOperation {
  readonly version: number;
  /** Such as WRITE or OPTIMIZE. */
  readonly operation: string | null;
  readonly engine: string | null;
}

export interface StatusInfo {
  readonly pond: string;
  readonly id: string;
  readonly head: CommitInfo;
  readonly staged: readonly ChangeInfo[];
  /** Paths of staged changes that another commit overtook. */
  readonly conflicts: readonly string[];
  /** Versions of the table that other engines wrote, as far as they are known one by one. */
  readonly foreignCommits: readonly number[];
  /** The same versions, with what each says of itself. */
  readonly foreignOperations: readonly ForeignOperation[];
  /** Files that other engines added in commits before those. */
  readonly earlierForeignFiles: number;
  readonly notices: readonly string[];
}

export interface ColumnInfo {
  readonly name: string;
  /** DuckDB's name of the type. */
  readonly type: string;
}

export interface QueryInfo {
  /** Names a result that rows are fetched from until it is released. */
  readonly resultId: string;
  readonly columns: readonly ColumnInfo[];
  readonly rowCount: number;
  readonly elapsedMs: number;
}

/** A window of a result, column by column. NULL is null; all else is DuckDB's text of the value. */
export interface RowsInfo {
  /** 0-based index of the first row. */
  readonly start: number;
  readonly columns: readonly (readonly (string | null)[])[];
}

/** What a copy between host and pond left out. */
export interface SkippedInfo {
  /**
   * The first hundred, in the order met. Paths are of the host for an import, of the pond for an export; `displayPath`
   * is by the name of the resource, and left out where it is the same.
   */
  readonly skipped: readonly { readonly path: string; readonly displayPath?: string; readonly reason: string }[];
  /** How many there were in all. */
  readonly skippedCount: number;
}

/** A hash of what a resource holds, equal where another pond holds the same: see docs/pond-format.md. */
export interface TreeHashInfo {
  /** `KIND/NAME`. */
  readonly resource: string;
  /** `/KIND/<uuid>`. */
  readonly home: string;
  /** Lower-case hex SHA-256. */
  readonly hash: string;
}

/** What an export by time made. */
export interface TemporalExport {
  readonly written: readonly TemporalFile[];
  /** How many of them were there already, as they are. */
  readonly unchanged: number;
  /** How many files of earlier exports were removed. */
  readonly removed: number;
}

export interface TemporalFile {
  /** Relative to the folder that was exported to, with `/` between names. */
  readonly file: string;
  /** Seconds since 1970 UTC, inclusive and exclusive; null for what has no times. */
  readonly startTime: number | null;
  readonly endTime: number | null;
  /** What the wildcards of the pattern stand for. */
  readonly captures: readonly string[];
}

type At = { readonly at?: string };
type InPond = { readonly pond: string };

export interface Commands extends ResourceCommands {
  // Ponds
  init: { params: { readonly directory: string }; result: { readonly pond: string; readonly id: string } };
  /** Opens (or joins) a pond: `mode` says whether this server holds the lock or goes through another process. */
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
     * The entries of a directory, the matches of a glob, or the one file that the path names; in path order. Their
     * paths go through the links that `path` goes through.
     */
    result: readonly NodeInfo[];
  };
  /** The names in a directory, in order. Fails `not-found`, `not-a-directory`. */
  children: { params: InPond & At & { readonly path: string }; result: readonly ChildInfo[] };
  /** Whole content of a file; `limitBytes` refuses larger ones. */
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
  /** Copies host files and folders into a pond directory; streams; reports progress. */
  import: {
    params: InPond & { readonly sources: readonly string[]; readonly path: string };
    result: {
      readonly files: number;
      readonly directories: number;
      readonly bytes: number;
      readonly unchanged: number;
    } & SkippedInfo;
  };
  /**
   * Copies pond paths (or globs) to a host folder; streams; reports progress. With `temporal` (year, month, …) series
   * and tables become a Parquet file for each part of time, named by what the wildcards stand for.
   */
  export: {
    params: InPond &
      At & { readonly paths: readonly string[]; readonly directory: string; readonly temporal?: readonly string[] };
    result: {
      readonly files: number;
      /** Of the files, those that were there with the same content. */
      readonly unchanged: number;
      readonly directories: number;
      readonly bytes: number;
      /** With `temporal` only. */
      readonly temporal?: TemporalExport;
    } & SkippedInfo;
  };

  // History
  status: { params: InPond; result: StatusInfo };
  /** `from` defaults to HEAD, `to` to the working tree. */
  diff: {
    params: InPond & { readonly from?: string; readonly to?: string; readonly paths?: readonly string[] };
    result: readonly ChangeInfo[];
  };
  commit: { params: InPond & { readonly message: string; readonly author?: string }; result: CommitInfo };
  discard: { params: InPond & { readonly paths?: readonly string[] }; result: { readonly discarded: number } };
  keepStaged: { params: InPond & { readonly paths: readonly string[] }; result: null };
  /**
   * Commits newest first; with a path, those that changed it. At most `limit`; the next ones begin with the commit whose
   * number is `start`: the parent of the last.
   */
  log: {
    params: InPond & { readonly path?: string; readonly limit?: number; readonly start?: number };
    result: readonly CommitInfo[];
  };
  /** A commit and what it changed. */
  show: {
    params: InPond & { readonly commit: string };
    result: { readonly commit: CommitInfo; readonly changes: readonly ChangeInfo[] };
  };
  restore: {
    params: InPond & { readonly paths: readonly string[]; readonly at: string };
    result: readonly ChangeInfo[];
  };
  /**
   * Recomputes the hashes of a version from its data; problems as sentences. `trees` hashes what each resource holds.
   */
  check: {
    params: InPond & At;
    result: { readonly problems: readonly string[]; readonly trees: readonly TreeHashInfo[] };
  };

  // Queries
  query: { params: InPond & At & { readonly sql: string }; result: QueryInfo };
  rows: {
    params: InPond & { readonly resultId: string; readonly start: number; readonly count: number };
    result: RowsInfo;
  };
  release: { params: InPond & { readonly resultId: string }; result: null };
  /** Runs a query and writes all of its result to a host file. */
  queryToFile: {
    params: InPond & At & { readonly sql: string; readonly format: 'csv' | 'json' | 'parquet'; readonly file: string };
    result: { readonly rowCount: number; readonly elapsedMs: number };
  };
  /** Runs a query and gives all of its result as CSV with a header line, or as a JSON array of objects. */
  queryToText: {
    params: InPond & At & { readonly sql: string; readonly format: 'csv' | 'json' };
    result: { readonly rowCount: number; readonly elapsedMs: number; readonly text: string };
  };
}

export type CommandName = keyof Commands;
export type Params<N extends CommandName> = Commands[N]['params'];
export type Result<N extends CommandName> = Commands[N]['result'];

/** JSON-RPC method of a command. */
export const method = (name: CommandName): string => `pond/${name}`;
