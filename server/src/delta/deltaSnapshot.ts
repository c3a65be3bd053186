import { type MetaData, type Protocol, type Remove, type Txn } from './actions.ts';
import { type CommitNumber } from './commitNumber.ts';
import { type AddFile } from './files.ts';
import { type LayeredMap } from './layeredMap.ts';

/** Metadata of a table at one version, without its files. Immutable. */
export interface TableHead {
  readonly version: CommitNumber;
  readonly protocol: Protocol;
  readonly metaData: MetaData;
  /** The latest of each application, by appId. */
  readonly transactions: LayeredMap<Txn>;
  /** The checkpoint that the snapshot was read from or written to, if any. */
  readonly checkpointVersion: CommitNumber | undefined;
  /** Checkpoint files that could not be read during opening. Other engines may fail on them. */
  readonly unusableCheckpoints: readonly string[];
}

/** The table at one version. Immutable; shares unchanged data with earlier snapshots. */
export interface DeltaSnapshot extends TableHead {
  /** The live data files, by AddFile.path. */
  readonly files: LayeredMap<AddFile>;
  /** Files that were removed, by decoded path, for as long as checkpoints carry them. */
  readonly tombstones: LayeredMap<Remove>;
}
