import { type CommitNumber } from '../delta/commitNumber.ts';
import { type PondStorage } from '../storage/pondStorage.ts';
import { type Backend, type Content, type Node } from '../tinyfs/backend.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { type CheckReport, type HistoryCheckOptions, type OnTreeProgress } from './findings.ts';
import { type HistorySources } from './historyRows.ts';
import { type HostFile, type HostFilesJob } from './hostFile.ts';
import { type LargeContents } from './largeContents.ts';
import { type LocalRecords } from './localRecords.ts';
import { type Status } from './status.ts';
import { type StoredFiles } from './storedFiles.ts';
import {
  type TagChange,
  type Tags,
  type VersionSpec,
  type Commit,
  type CommitRequest,
  type LogOptions,
} from './commitRecord.ts';
import { type Change, type PathEvent } from './change.ts';

/** An event after which views may need an update. Paths are absolute pond paths. */
export type PondEvent =
  | { readonly kind: 'changed'; readonly changes: readonly PathEvent[] }
  | { readonly kind: 'committed'; readonly commit: Commit }
  /** Another engine changed the table, or another process did after our lock was lost. */
  | { readonly kind: 'refreshed' };

/** A tree as a pond shows it. */
export interface LayeredTree {
  readonly backend: Backend;
  /**
   * Discards everything derived from the tree. The pond calls it when the tree changed other than through `backend`,
   * with the paths that it knows to have changed.
   */
  changed(paths: readonly PathEvent[]): void;
  /** Ends all notifications; resolves when no work is in progress. */
  close(): Promise<void>;
}

/**
 * Layer of a pond over its stored trees: every tree that the pond hands out goes through its layer, whether the
 * working tree, a version or a transaction's.
 */
export interface TreeLayer {
  /**
   * Returns the tree to show for a stored one. `notify` receives later changes of content that the layer adds; without
   * it there are no notifications.
   */
  over(stored: Backend, notify?: (changes: readonly PathEvent[]) => void): LayeredTree;
  /** As Pond.hostFiles, for the nodes of all layered trees. */
  hostFiles(node: Node, job?: HostFilesJob): Promise<readonly HostFile[]>;
  /** As Pond.contentKey, for the nodes of all layered trees. */
  contentKey(node: Node): string;
  /**
   * Checks what is staged before its commit, as the stored tree `after` over `before`. Returns the changes that count in
   * the record of the commit. After a failure, all stays staged.
   */
  prepareCommit(changes: readonly Change[], before: FileSystem, after: FileSystem): Promise<readonly Change[]>;
}

/** Parts of a pond that its layer uses: they concern stored nodes alone. */
export type StoredNodes = Pick<Pond, 'id' | 'directory' | 'hostFiles' | 'contentKey'> & Pick<PondStorage, 'openDisk'>;

export interface OpenOptions<Layer extends TreeLayer = TreeLayer> {
  /** 'write' takes the writer lock (fails `lock-held`); 'read' never writes to the directory. */
  readonly mode: 'read' | 'write';
  /** Returns the layer of the pond; omitted, the pond shows its trees as they are stored. */
  readonly layer?: (stored: StoredNodes) => Layer;
}

/**
 * A pond: committed history and the staged changes on it. Created by openPond and initPond (pond.ts).
 *
 * Errors of all calls: `cancelled`, and the storage codes. A rejected call leaves the staged changes as they were.
 */
export interface Pond<Layer extends TreeLayer = TreeLayer> {
  /** UUID of the pond, the same on all its copies. */
  readonly id: string;
  /** Host directory. */
  readonly directory: string;
  readonly mode: 'read' | 'write';
  /** Latest commit known to this process. */
  readonly head: Commit;
  /** Findings and quarantined files of the opening, as sentences; empty for a sound pond. */
  readonly notices: readonly string[];
  readonly layer: Layer;
  readonly stored: StoredFiles;
  readonly localRecords: LocalRecords;
  /** The working tree: committed, with staged changes on top. Changes made through it are staged, durable on return. */
  readonly fs: FileSystem;
  /** The tree after a commit; read-only. Fails `version-not-found`. */
  at(version: VersionSpec): Promise<FileSystem>;
  /** Resolves a spec to a commit. Fails `version-not-found`. */
  resolve(version: VersionSpec): Promise<Commit>;
  status(): Promise<Status>;
  /**
   * Differences from one version to another, in path order; `to` undefined is the working tree. The cost is
   * proportional to the differences.
   */
  diff(from: VersionSpec, to: VersionSpec | undefined, paths?: readonly string[]): Promise<readonly Change[]>;
  /**
   * Commits all staged changes, or those at or below real paths with what they need, such as the new directories above;
   * the others stay staged. Fails `nothing-staged`, `conflict` (see status), and as the layer refuses the changes, with
   * everything still staged.
   */
  commit(request: CommitRequest, paths?: readonly string[]): Promise<Commit>;
  /** The tags in the latest commit. */
  tags(): Promise<Tags>;
  /** Sets or deletes a tag, by a commit of its own. Fails as withTag. */
  changeTag(change: TagChange, request: CommitRequest): Promise<Commit>;
  /**
   * Discards staged changes: those at or below the paths, or all. Returns their number. Fails `conflict` when what is
   * staged has another hash (see Status) than `expected`.
   */
  discard(paths?: readonly string[], expected?: string): Promise<number>;
  /**
   * Resolves the conflicts at or below the paths in favor of the staged side: the changes are rebased onto what is
   * committed now. Returns their number.
   */
  keepStaged(paths: readonly string[]): Promise<number>;
  /**
   * Stages the content of a file as a change of the path as it was in commit `base`, or of an absent one: if the path is
   * committed otherwise now, it is a conflict. Fails `already-exists` when the path has a staged change.
   */
  stageOn(path: string, content: Content, base: CommitNumber | undefined): Promise<void>;
  /**
   * Commits, latest first, without foreign ones; with a path, those that changed it or something below it. Begins at
   * commit `start`, or at the latest when omitted. Fails `version-not-found` for another number.
   */
  log(options?: LogOptions): AsyncIterable<Commit>;
  /**
   * Stages the paths as they were at a version: content, presence and absence. Returns the staged changes in the form
   * of status.
   */
  restore(paths: readonly string[], at: VersionSpec): Promise<readonly Change[]>;
  /** Starts a transaction independent of the staged changes: its own changes, committed alone. */
  begin(): Promise<Transaction>;
  /**
   * The host files with a node's content, for engines that read in place. Small content of a row is written to the
   * cache first. For a series all versions up to this one, oldest first; else one file. Derived content is computed
   * first if needed, which may take long: `signal` cancels it, `progress` reports on it. Fails `pond-damaged` when
   * content is not what was stored.
   */
  hostFiles(node: Node, job?: HostFilesJob): Promise<readonly HostFile[]>;
  /** Hash of a node's whole value: of all versions for a series. Needs no content. */
  contentKey(node: Node): string;
  /** Contents over the inline limit, which a thin clone fetches when they are read. */
  readonly largeContents: LargeContents;
  /**
   * Op-log data files (Parquet, absolute host paths) that hold the history up to a commit, and the rows that are only
   * staged.
   */
  history(at?: VersionSpec): Promise<HistorySources>;
  /** Recomputes the tree's hashes from the data of a version and compares them; returns problems as sentences. */
  check(version?: VersionSpec, onProgress?: OnTreeProgress): Promise<readonly string[]>;
  /**
   * Returns the text of the proof that a stored node is at a real path of version `at`, with the commits from there up to
   * version `to`. Fails `not-found`, and `version-not-found` for a `to` before `at`.
   */
  prove(path: string, at: VersionSpec, to: VersionSpec): Promise<string>;
  /**
   * Checks the whole history: entries of the log and the chain of commits, each data file, row and blob once, and the
   * checkpoints. With `isQuick` only the log, the chain, and the presence and sizes of files. `onProgress` may throw
   * `cancelled` to end it.
   */
  checkHistory(options?: HistoryCheckOptions): Promise<CheckReport>;
  /** Loads commits made elsewhere. Cheap when there are none. Fails `pond-not-found` when the folder is gone. */
  refresh(): Promise<void>;
  /** Number of changes of other processes that were loaded: what was read at another number may be gone. */
  readonly revision: number;
  /**
   * Fails OwnershipLostError when the pond is open for writing and this process no longer owns its folder, journal or
   * lock.
   */
  requireOwned(): void;
  onEvent(listener: (event: PondEvent) => void): () => void;
  /** Releases the lock and files. Staged changes stay staged. */
  close(): Promise<void>;
}

export interface Transaction {
  readonly fs: FileSystem;
  /** Makes everything as it was in an earlier commit. */
  restore(number: CommitNumber): Promise<void>;
  /** True while the transaction has no changes. */
  readonly isEmpty: boolean;
  /**
   * Fails `conflict` when a commit since begin changed a path that the transaction changed. Undefined when it has no
   * changes.
   */
  commit(request: CommitRequest): Promise<Commit | undefined>;
  abandon(): Promise<void>;
}
