/** Answers to the server's requests: plain data. Paths are absolute pond paths unless stated otherwise. */
import { type BackupInfo } from './backups.ts';
import { type RowCountsInfo } from './rowCounts.ts';
import { type SeriesInfo } from './series.ts';

/** Bytes: a Uint8Array if the transport carries one, else base64. */
export type Bytes = Uint8Array | { readonly base64: string };

export type FileTypeName = 'directory' | 'file' | 'table' | 'series' | 'symlink';

/** Metadata of a node, available without reading its content. */
export interface NodeInfo {
  /** Absolute pond path. */
  readonly path: string;
  /** `path` by the name of its resource, `/KIND/NAME/…`; omitted when it is the same, and by most commands. */
  readonly displayPath?: string;
  readonly name: string;
  /** The node's own type; a symlink is not followed. */
  readonly type: FileTypeName;
  /** For a symlink: the type of its target; undefined when it dangles. */
  readonly targetType?: FileTypeName;
  /** For a symlink: its text. */
  readonly target?: string;
  readonly id: string;
  readonly version: number;
  /** Bytes; for a directory, the number of entries. */
  readonly size: number;
  /** Milliseconds since 1970 UTC. */
  readonly modified: number;
  readonly sha256: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** For a stored series, by `stat` alone. */
  readonly series?: SeriesInfo;
  /** For a derived series that is computed, by `stat` alone: its latest time, ISO 8601, UTC. */
  readonly latest?: string;
  /** Set for output of a resource: read-only. */
  readonly derived?: true;
  /** Set for a derived file that is not computed yet: `size` is 0, not its size. */
  readonly sizeUnknown?: true;
  /** Reason why a directory could not be listed; the directory itself need not match. */
  readonly unlisted?: string;
}

/** Entry of a directory: a name, the node's own type, and for a link the type of its target unless it dangles. */
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
  /** Hash of the commit and of all before it; null for a commit of DuckPond before 0.2. */
  readonly hash: string | null;
  /** Its tags, where log, history and show list it; omitted without any. */
  readonly tags?: readonly string[];
  readonly added: number;
  readonly modified: number;
  readonly removed: number;
  readonly renamed: number;
  readonly bytes: number;
  /** Rows by which tables differ, of all tables; for the log alone, where they are known. */
  readonly rows?: RowCountsInfo;
}

/** Contents that are only at the origin of a thin clone. */
export interface AbsentInfo {
  readonly blobs: number;
  readonly bytes: number;
}

/** Numbers of what a check read. */
export interface CheckedInfo {
  readonly commits: number;
  /** Commits with a hash of their own; those of DuckPond before 0.2 have none. */
  readonly chained: number;
  readonly dataFiles: number;
  readonly rows: number;
  readonly blobs: number;
  /** Bytes of data files and blobs. */
  readonly bytes: number;
}

/** A file of a pond that a repair restored. */
export interface RestoredInfo {
  /** Relative to the pond's host directory. */
  readonly path: string;
  /** Host directory of the copy that had it; null for what followed from other files of the pond. */
  readonly from: string | null;
  /** Path of the damaged file that is kept, relative to the pond's host directory; null when there was none. */
  readonly quarantined: string | null;
}

/** A change of the tree. The document of a renamed resource is 'renamed', from and to the same path. */
export interface ChangeInfo {
  readonly kind: 'added' | 'modified' | 'removed' | 'renamed';
  readonly path: string;
  readonly from?: string;
  /** `path` by the name of its resource, `/KIND/NAME/…`; omitted when it is the same. */
  readonly displayPath?: string;
  /** `from` by the former name of its resource; omitted when it is the same. */
  readonly displayFrom?: string;
  /** Path of the change that this one counts with as one: a resource's directory, document or name. */
  readonly partOf?: string;
  readonly type: FileTypeName;
  readonly sizeBefore: number | null;
  readonly sizeAfter: number | null;
  /** Files of a directory whose removal is staged, in a status; the count is a part of them without `isAll`. */
  readonly filesBefore?: { readonly count: number; readonly isAll: boolean };
  /** The format stated for the path afterwards and before, as `option=text`; omitted where they are equal. */
  readonly format?: string;
  readonly formatBefore?: string;
}

/** Statement of a verified proof. */
export interface ProvenInfo {
  readonly path: string;
  readonly type: FileTypeName;
  /** Hash of the value: SHA-256 of the content, of a series the hash of all versions. */
  readonly hash: string;
  /** Number of versions of a series, and that of the version with the known content, from 1; null otherwise. */
  readonly versions: number | null;
  readonly version: number | null;
  readonly rootHash: string;
  /** The commit with the tree, and the last one of the chain; null in a pond from before commits had hashes. */
  readonly commit: ProvenCommitInfo | null;
  readonly latest: ProvenCommitInfo | null;
  /** UUID of the pond; null as the commits. */
  readonly pond: string | null;
}

/** A commit of a proof. */
export interface ProvenCommitInfo {
  readonly number: number;
  /** Covers this commit and all before it. */
  readonly hash: string;
  /** ISO 8601, UTC, microseconds. */
  readonly time: string;
  readonly author: string;
  readonly message: string;
}

export interface ForeignOperation {
  readonly version: number;
  /** Such as WRITE or OPTIMIZE. */
  readonly operation: string | null;
  readonly engine: string | null;
  /** Commits of the pond, as ranges, that it took out of the table until the next commit. */
  readonly removedCommits: readonly { readonly from: number; readonly to: number }[];
}

/** A file that opening took out of use. */
export interface QuarantinedInfo {
  /** Path in the pond's host directory. */
  readonly path: string;
  /** Description, and advice on dealing with it. */
  readonly text: string;
}

/** A copy of a pond that was made. */
export interface CloneInfo {
  /** Host directory of the copy. */
  readonly pond: string;
  readonly id: string;
  /** Address and id of the pond that was copied; a fork has an id of its own. */
  readonly url: string;
  readonly of: string;
  /** Latest commit of the copy; the hash of its tree was computed again from what arrived. */
  readonly head: CommitInfo;
  readonly commits: number;
  /** Commits without a hash, from before ponds had them: their records cannot be verified. */
  readonly unverifiedCommits: number;
  /** Files that were fetched, and their bytes. */
  readonly fetchedFiles: number;
  readonly fetchedBytes: number;
  /** Contents that stay at the store. */
  readonly absent: { readonly files: number; readonly bytes: number };
  /** Files of other engines that are not part of the copy. */
  readonly skippedFiles: number;
}

/** Origin of a copied pond. */
export interface ReplicaInfo {
  readonly of: string;
  readonly url: string;
  /** Commit at which a read-only copy ends; null for a whole copy. */
  readonly at: number | null;
  readonly partial: boolean;
  readonly thin: boolean;
}

export interface StatusInfo {
  readonly pond: string;
  readonly id: string;
  readonly head: CommitInfo;
  readonly staged: readonly ChangeInfo[];
  /** Hash of all that is staged, contents included: equal while nothing is staged or discarded. */
  readonly stagedHash: string;
  /** Paths of staged changes that another commit changed in the meantime. */
  readonly conflicts: readonly string[];
  /** Table versions that other engines wrote, as far as they are known individually. */
  readonly foreignCommits: readonly number[];
  /** The same versions, with the operation that each declares. */
  readonly foreignOperations: readonly ForeignOperation[];
  /** Number of files that other engines added in commits before those. */
  readonly earlierForeignFiles: number;
  /** Findings and quarantined files of the opening, as sentences. */
  readonly warnings: readonly string[];
  /** Quarantined files that still exist. */
  readonly quarantined: readonly QuarantinedInfo[];
  /** Copies of the pond that resources of the latest commit make, as this computer remembers them. */
  readonly backups: readonly BackupInfo[];
  /** Null unless the folder is a copy of a pond. */
  readonly replica: ReplicaInfo | null;
}

/** Files skipped by a copy between host and pond. */
export interface SkippedInfo {
  /**
   * The first hundred, in the order met. Paths are host paths for an import, pond paths for an export; `displayPath`
   * uses the name of the resource, and is omitted when it is the same.
   */
  readonly skipped: readonly { readonly path: string; readonly displayPath?: string; readonly reason: string }[];
  /** Total number of skipped files. */
  readonly skippedCount: number;
}

/** Hash of a resource's content, equal when another pond holds the same: see docs/pond-format.md. */
export interface TreeHashInfo {
  /** `KIND/NAME`. */
  readonly resource: string;
  /** `/KIND/<uuid>`. */
  readonly directory: string;
  /** Lower-case hex SHA-256. */
  readonly hash: string;
}

/** Result of an export by time. */
export interface TemporalExport {
  readonly written: readonly TemporalFile[];
  /** Of the files, those already present and unchanged. */
  readonly unchanged: number;
  /** Number of files of earlier exports that were removed. */
  readonly removed: number;
}

export interface TemporalFile {
  /** Relative to the export folder, with `/` between names. */
  readonly file: string;
  /** Seconds since 1970 UTC, inclusive and exclusive; null for data without times. */
  readonly startTime: number | null;
  readonly endTime: number | null;
  /** Captures of the pattern's wildcards. */
  readonly captures: readonly string[];
}
