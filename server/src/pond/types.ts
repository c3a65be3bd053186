import { type FileSystem } from '../tinyfs/fs.ts';
import { type FileType, type Node } from '../tinyfs/backend.ts';

/**
 * A version as people write it: a commit number ("12"), "HEAD", "HEAD~3", or an ISO 8601 time (newest commit at or
 * before it).
 */
export type VersionSpec = string;

/** A commit's own record. Also a row of the op log, and in the Delta commitInfo. */
export interface Commit {
  /** The Delta version of the commit, from 0. Foreign commits to the table leave gaps for ours. */
  readonly number: number;
  /** UUID that identifies the attempt; read back when the outcome of a commit is not known. */
  readonly id: string;
  /** The pond commit before this one; undefined for the first. */
  readonly parent: number | undefined;
  /** Microseconds since 1970 UTC; never before the parent's. */
  readonly timeUs: number;
  readonly author: string;
  readonly message: string;
  /** What made it: 'init', 'commit', 'restore', or the name of a resource run. */
  readonly operation: string;
  /** Hash of the whole tree after the commit: names, types and contents alone. Lower-case hex SHA-256. */
  readonly rootHash: string;
  readonly counts: ChangeCounts;
}

export interface ChangeCounts {
  readonly added: number;
  readonly modified: number;
  readonly removed: number;
  readonly renamed: number;
  /** Bytes of content that the commit brought, inline and blobs. */
  readonly bytes: number;
}

export type ChangeKind = 'added' | 'modified' | 'removed' | 'renamed';

/** One difference between two trees, at a path. Directories appear only when they were added, removed or renamed. */
export interface Change {
  readonly kind: ChangeKind;
  /** Absolute pond path: the newer side's, or the removed one's. */
  readonly path: string;
  /** For 'renamed': where it was. */
  readonly from?: string;
  readonly before: Node | undefined;
  readonly after: Node | undefined;
}

/** A staged change whose path was changed by another commit since it was staged. */
export interface Conflict {
  readonly path: string;
  /** What the staged change was based on, what is committed now, what is staged. */
  readonly base: Node | undefined;
  readonly committed: Node | undefined;
  readonly staged: Node | undefined;
}

/** A commit of another engine to the pond's table. */
export interface ForeignCommit {
  /** Delta version. */
  readonly version: number;
  /** What it says it did, such as WRITE or OPTIMIZE, and who it is; undefined when it does not say. */
  readonly operation: string | undefined;
  readonly engine: string | undefined;
}

export interface Status {
  readonly head: Commit;
  readonly staged: readonly Change[];
  readonly conflicts: readonly Conflict[];
  /** Commits of other engines to the table, ascending; what they added is not part of the tree. */
  readonly foreignCommits: readonly ForeignCommit[];
  /** Files of other engines that an earlier commit added than those that are named: a checkpoint keeps no more. */
  readonly earlierForeignFiles: number;
  /** What opening found and set aside, as sentences; empty for a sound pond. */
  readonly notices: readonly string[];
  /** What this opening or an earlier one set aside, until a person removes it: paths in the pond's host directory. */
  readonly setAside: readonly string[];
}

export interface CommitRequest {
  readonly message: string;
  readonly author: string;
  readonly operation?: string;
  /** The changes that count in the commit's own record; all of them when left out. */
  readonly counted?: (changes: readonly Change[]) => Promise<readonly Change[]>;
}

/** Something that other parts may want to redraw for. Paths are absolute pond paths. */
export type PondEvent =
  | { readonly kind: 'changed'; readonly changes: readonly PathEvent[] }
  | { readonly kind: 'committed'; readonly commit: Commit }
  /** Another engine, or another process after our lock was lost, moved the table. */
  | { readonly kind: 'refreshed' };

export interface PathEvent {
  readonly kind: 'created' | 'changed' | 'deleted';
  readonly path: string;
}

/** A file of host content that a query engine can open in place: all versions of a series, one for the rest. */
export interface HostFile {
  readonly hostPath: string;
  readonly sizeBytes: number;
  /** Files with equal keys have equal content: lower-case hex SHA-256 of the content, or of all that it is made of. */
  readonly key: string;
}

/** Who waits for host files. */
export interface HostFilesJob {
  readonly signal?: AbortSignal;
  readonly progress?: (message: string, done: number, total?: number) => void;
}

export interface OpenOptions {
  /** 'write' takes the writer lock (fails `lock-held`); 'read' never writes to the directory. */
  readonly mode: 'read' | 'write';
}

/** Which commits a log has. */
export interface LogOptions {
  /** Those that changed this path or something below it. */
  readonly path?: string;
  /** How many at most. */
  readonly limit?: number;
  /** Number of the commit that is the first; the newest when it is left out. */
  readonly start?: number;
}

/**
 * A pond: committed history and what is staged on it. Made by openPond and initPond (pond.ts).
 *
 * Errors of all calls: `cancelled`, and the storage codes. A rejected call leaves the staged changes as they were.
 */
export interface Pond {
  /** UUID of the pond, the same on all its copies. */
  readonly id: string;
  /** Host directory. */
  readonly directory: string;
  readonly mode: 'read' | 'write';
  /** Newest commit known to this process. */
  readonly head: Commit;
  /** What opening found and set aside, as sentences; empty for a sound pond. */
  readonly notices: readonly string[];
  /** The working tree: committed with staged changes on top. Changes made through it are staged, durable on return. */
  readonly fs: FileSystem;
  /** The tree as it was after a commit; read-only. Fails `version-not-found`. */
  at(version: VersionSpec): Promise<FileSystem>;
  /** Resolves a spec to a commit. Fails `version-not-found`. */
  resolve(version: VersionSpec): Promise<Commit>;
  status(): Promise<Status>;
  /**
   * Differences from one version to another, in path order; `to` undefined is the working tree. Cost is that of the
   * differences.
   */
  diff(from: VersionSpec, to: VersionSpec | undefined, paths?: readonly string[]): Promise<readonly Change[]>;
  /** Commits all that is staged. Fails `nothing-staged`, `conflict` (see status) and leaves everything staged then. */
  commit(request: CommitRequest): Promise<Commit>;
  /** Takes staged changes back: those at or below the paths, or all. Returns how many there were. */
  discard(paths?: readonly string[]): Promise<number>;
  /**
   * Declares that the staged side of the conflicts at or below the paths is wanted: they are based on what is committed
   * now. Returns how many there were.
   */
  keepStaged(paths: readonly string[]): Promise<number>;
  /**
   * Commits newest first, foreign ones left out; with a path, those that changed it or something below it. From the
   * commit of number `start` on, the newest when it is left out. Fails `version-not-found` for another number.
   */
  log(options?: LogOptions): AsyncIterable<Commit>;
  /**
   * Stages the paths as they were at a version: content, presence and absence. Returns the changes it staged, as status
   * has them.
   */
  restore(paths: readonly string[], at: VersionSpec): Promise<readonly Change[]>;
  /** Starts a transaction beside what is staged: its own changes, committed alone. */
  begin(): Promise<Transaction>;
  /**
   * The host files with a node's content, for engines that read in place. Small content that lives in a row is written
   * to the cache first. For a series all versions up to this one, oldest first; else one file. What is derived is made
   * first where need be, which may take long: `signal` gives that up, `progress` tells how far it is. Fails `pond-damaged`
   * when content is not what was stored.
   */
  hostFiles(node: Node, job?: HostFilesJob): Promise<readonly HostFile[]>;
  /** A hash of a node's whole value: of all versions for a series. Known without reading content. */
  contentKey(node: Node): string;
  /**
   * Op-log data files (Parquet, absolute host paths) that hold the history up to a commit, and the rows only staged so
   * far.
   */
  history(at?: VersionSpec): Promise<HistorySources>;
  /** Recomputes the tree's hashes from the data of a version and compares; problems as sentences. */
  check(version?: VersionSpec, onProgress?: (checked: number) => void): Promise<readonly string[]>;
  /** Takes notice of commits made elsewhere. Cheap when there are none. */
  refresh(): Promise<void>;
  /**
   * Fails OwnershipLostError when the pond is open for writing and its folder, journal or lock is not this process's any
   * more.
   */
  requireOwned(): void;
  onEvent(listener: (event: PondEvent) => void): () => void;
  /** Gives up the lock and files. What is staged stays staged. */
  close(): Promise<void>;
}

export interface Transaction {
  readonly fs: FileSystem;
  /** True while nothing was changed in it. */
  readonly isEmpty: boolean;
  /**
   * Fails `conflict` when a path that it changed was changed by a commit since begin. Undefined when nothing changed.
   */
  commit(request: CommitRequest): Promise<Commit | undefined>;
  abandon(): Promise<void>;
}

/** A row of the op log's public face; the SQL tables pond.nodes and pond.entries have these as columns. */
export interface NodeRow {
  readonly partId: string;
  readonly nodeId: string;
  readonly timestampUs: number;
  readonly version: number;
  readonly fileType: FileType | 'page' | 'commit';
  readonly metadata: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Undefined for a pending row. */
  readonly txn: number | undefined;
}

export interface EntryRow {
  readonly directoryId: string;
  readonly name: string;
  readonly nodeId: string;
  readonly fileType: FileType;
  readonly version: number;
  readonly txn: number | undefined;
}

export interface HistorySources {
  /** Absolute host paths of op-log Parquet files. Their columns: docs/pond-format.md. */
  readonly files: readonly string[];
  /**
   * Files that another engine made of some of ours, as OPTIMIZE does, and the commits whose rows count in them. Undefined
   * when there are none.
   */
  readonly rewritten:
    | { readonly files: readonly string[]; readonly commits: readonly { readonly from: number; readonly to: number }[] }
    | undefined;
  readonly pendingNodes: readonly NodeRow[];
  readonly pendingEntries: readonly EntryRow[];
  /** Directory entries of all committed directory rows, decoded. Streams; not held in memory. */
  entries(): AsyncIterable<EntryRow>;
}
