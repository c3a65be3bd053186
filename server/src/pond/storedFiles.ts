/** The files that a pond stores, for copies of it: the log, the data files and the blobs, as they are on its disk. */
import { type CommitNumber } from '../delta/commitNumber.ts';
import { type Disk } from '../storage/disk.ts';
import { type ExpectedFile } from './findings.ts';

/** Files that copies of a pond are made from. */
export interface StoredFiles {
  /** UUID of the pond. */
  readonly pond: string;
  /** Latest version of the table: our latest commit, or a later one of another engine. */
  readonly latest: CommitNumber;
  /** Reads files by their path in the pond's folder. */
  readonly disk: ReadableDisk;
  /** True for the path of a data file that the latest version of the table names. */
  isLive(path: string): Promise<boolean>;
  /** The commit of a version; undefined for another engine's, and for one after `latest`. Fails `pond-damaged`. */
  commit(version: CommitNumber): Promise<StoredCommit | undefined>;
  /** Yields the blobs that rows of a data file refer to, in any order and with repetitions. Fails `pond-damaged`. */
  blobsOf(path: string): AsyncIterable<ExpectedFile>;
}

/** A commit of the pond, as far as copies need to know it. */
export interface StoredCommit {
  readonly id: string;
  readonly rootHash: string;
  /** Undefined in commits from before ponds had a chain of hashes. */
  readonly hash: string | undefined;
  readonly operation: string;
}

/** The part of a disk that reads. */
export type ReadableDisk = Pick<Disk, 'hostPath' | 'stat' | 'readFile' | 'readStream'>;
