/** What requests of the server answer with: plain data. Paths are absolute pond paths unless said otherwise. */

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
  /** What opening found and set aside, as sentences. */
  readonly notices: readonly string[];
  /** What was set aside and is still there: paths in the pond's host directory. */
  readonly setAside: readonly string[];
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
