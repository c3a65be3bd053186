/** Builds derived files and caches them by content key, next to the pond; the cache can be emptied at any time. */
import { type HostFile } from '../pond/hostFile.ts';
import { type Builder, type FileFacts } from '../sandbox/build.ts';
import { type SourceFile } from '../sandbox/sources.ts';
import { type FileNotation, type Notation } from '../sandbox/textTables/notation.ts';
import { type Job } from '../base/job.ts';

/** CSV files whose runs are found, and the notation of their source. */
export interface RunFiles {
  files(this: void, job: Job): Promise<readonly SourceFile[]>;
  readonly notation: Notation | undefined;
}

/** The cache of one pond, and the builder that fills it. */
export interface Materializer {
  /** Starts on first use. Fails `engine-unavailable`, and `untrusted` where nothing may run. */
  readonly builder: Builder;
  /**
   * Returns the file cached under `key`, or the one that `write` writes at a given absolute host path, where no file
   * exists before. Atomic. Concurrent callers share the work, which is aborted when all of them are cancelled. `key` is
   * 64 hexadecimal digits.
   */
  file(key: string, write: (target: string, job: Job) => Promise<void>, job: Job): Promise<HostFile>;
  /**
   * Returns the files cached under `key`, or those that `make` returns, which come from file() or the pond. Shared as
   * in file().
   */
  files(key: string, make: (job: Job) => Promise<readonly HostFile[]>, job: Job): Promise<readonly HostFile[]>;
  /** Files that files() has cached under `key`; undefined when it would have to build them. */
  known(key: string): readonly HostFile[] | undefined;
  /** Like builder.notations, cached under `key`; `files` returns the files. */
  notations(
    key: string,
    files: (job: Job) => Promise<readonly SourceFile[]>,
    job: Job,
  ): Promise<readonly (FileNotation | undefined)[]>;
  /** Like builder.tableRuns, cached under `key`. */
  tableRuns(key: string, source: RunFiles, job: Job): Promise<readonly number[]>;
  /** Like builder.inspect, cached for as long as the files. */
  inspect(files: readonly HostFile[], job: Job): Promise<FileFacts>;
}
