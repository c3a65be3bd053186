/** Parts of a working tree. */
import { type Mutex } from '../base/mutex.ts';
import { type CommitNumber } from '../delta/commitNumber.ts';
import { type DirectoryNode } from './node.ts';
import { type EntryChange, type Overlay } from './overlay.ts';
import { type StagedContents } from './stagedContent.ts';
import { type Store } from './store.ts';

/** Makes changes durable: in the journal, or for a transaction only in its spool. */
export interface ChangeLog {
  /** Applies changes that belong together to the overlay, durably, and notifies listeners of their paths. */
  record(changes: readonly EntryChange[]): void;
  /** Runs `work`; the changes that it records become durable together, or are reverted together when it fails. */
  batch<T>(work: () => Promise<T>): Promise<T>;
  /** Removes a blob that was created for a change which failed, unless something else refers to it. */
  abandon(blobHash: string): void;
}

/** Parts of a working tree. */
export interface WorkingTreeParts {
  readonly store: Store;
  readonly overlay: Overlay;
  /** Undefined when the pond was opened for reading. */
  readonly changeLog: ChangeLog | undefined;
  readonly contents: StagedContents;
  readonly mutex: Mutex;
  /** Returns the number of the underlying commit. */
  readonly head: () => CommitNumber;
  /** Returns the latest committed state of a directory that was committed since the node was looked up. */
  readonly latest: (directory: DirectoryNode) => DirectoryNode;
}
