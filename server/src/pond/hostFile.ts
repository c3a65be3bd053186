import { type Job } from '../base/job.ts';
import { type TimeRange } from '../parquet/footer.ts';

/**
 * A file of host content that a query engine can open in place: one per version of a series unless they are joined, one
 * for anything else.
 */
export interface HostFile {
  readonly hostPath: string;
  readonly sizeBytes: number;
  /** Files with equal keys have equal content: lower-case hex SHA-256 of the content, or of all its sources. */
  readonly key: string;
  /** Number of versions of a series that are joined in it; undefined in a file of one. */
  readonly versions?: number;
}

/** A request for host files. */
export interface HostFilesJob extends Job {
  /** Of a stored series, only the latest version, and those that may have rows with a time in this range. */
  readonly times?: TimeRange;
  /**
   * True for a reader of the rows of all files: many small versions of a series may be in one file, whose rows are
   * theirs in order.
   */
  readonly mayJoin?: boolean;
  /**
   * Reads a large file while its content is compared with its hash, which ends even where this is cancelled. What it
   * finds may be believed once `compared` is fulfilled. A failure of its own does not count: the file is read again for
   * what failed.
   */
  readonly readAhead?: ReadAhead;
}

/** Reads a file whose content is still compared. */
export type ReadAhead = (file: HostFile, compared: Promise<void>) => Promise<unknown>;
