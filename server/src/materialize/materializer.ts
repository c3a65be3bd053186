/** Where derived files are made and kept: a cache by content key beside the pond, which can be emptied at any time. */
import { type HostFile } from '../pond/types.ts';
import { type Builder, type FileFacts } from '../sandbox/build.ts';
import { type Job } from '../base/job.ts';

/** The cache of one pond, and the builder that fills it. */
export interface Materializer {
  /** Starts on first use. Fails `engine-unavailable`, and `untrusted` where nothing may be run. */
  readonly builder: Builder;
  /**
   * The file kept under `key`, or else the one that `write` writes at the absolute host path that it is given; nothing
   * is there before. Whole or not at all. Callers at the same time share the work, which is given up when all of them
   * are cancelled. `key` is 64 hexadecimal digits.
   */
  file(key: string, write: (target: string, job: Job) => Promise<void>, job: Job): Promise<HostFile>;
  /**
   * The files remembered under `key`, or else those that `make` gives, which file() made or the pond has. Shared as in
   * file().
   */
  files(key: string, make: (job: Job) => Promise<readonly HostFile[]>, job: Job): Promise<readonly HostFile[]>;
  /** What files() remembers under `key`; undefined when it would have to make them. */
  known(key: string): readonly HostFile[] | undefined;
  /** As builder.inspect, remembered for as long as the files are. */
  inspect(files: readonly HostFile[], job: Job): Promise<FileFacts>;
}
