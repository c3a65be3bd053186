/** Types for derived directories: the content that kinds return, and the input that they build it from. */
import { type StatedFormat } from '../../documents/statedFormat.ts';
import { type HostFile } from '../../pond/hostFile.ts';
import { type FileType } from '../../tinyfs/backend.ts';
import { type Job } from '../../base/job.ts';
import { type Materializer } from '../../materialize/materializer.ts';

/** A file of the pond, real or derived, that a pattern matches. */
export interface Match {
  /** Absolute pond path with links resolved: a resource directory appears by its UUID. */
  readonly path: string;
  /** Last component of the path. */
  readonly name: string;
  /** Text that each wildcard of the pattern matched, left to right; the name of a resource, not its UUID. */
  readonly captures: readonly string[];
  readonly type: Exclude<FileType, 'directory' | 'symlink'>;
  /** Equal keys mean equal content, and equal formats stated for it. Known without building anything. */
  readonly key: string;
  /** Bytes of stored content; undefined for derived content, which may not be built yet. */
  readonly sizeBytes?: number;
  /** Microseconds since 1970 UTC. */
  readonly modifiedUs: number;
  /** Returns the format stated for the file. Fails as formatAt. Undefined when none is stated. */
  readonly format?: () => StatedFormat | undefined;
  /** The sheet of a workbook that the pattern names; its path ends with it, after '#'. */
  readonly sheet?: string;
  /**
   * Returns the host files with the content, built first if needed: all parts of a series in order, whose
   * small versions are joined, otherwise one file.
   */
  files(job: Job): Promise<readonly HostFile[]>;
}

/** The tree in which a resource is evaluated. */
export interface InputMatcher {
  /**
   * Returns the files that a pattern of pond paths matches, each once, in path order. The name of a sheet may follow
   * workbooks, as in `/lab/*.xlsx#Results`. Follows links; skips directories and the documents and records of
   * resources. Fails `resource-cycle` if the pattern reaches its own output.
   */
  match(pattern: string): Promise<readonly Match[]>;
}

/** An entry of a derived directory. */
export type DerivedNode = DerivedDirectory | DerivedFile;

/** Names are single components. A Map has no inherited keys, unlike an object. */
export type DerivedEntries = ReadonlyMap<string, DerivedNode>;

/** A directory that a resource derives. */
export interface DerivedDirectory {
  readonly type: 'directory';
  list(): Promise<DerivedEntries>;
}

/** A file that a resource builds from its inputs on demand. */
export interface DerivedFile {
  readonly type: 'series' | 'table' | 'file';
  /** Hash of everything the content depends on: keyOf(…) over the recipe and the keys of the inputs. */
  readonly key: string;
  /** Latest modification of the document and the inputs, microseconds since 1970 UTC. */
  readonly modifiedUs: number;
  /**
   * Builds the content as host files, at least one; several only for a series, in time order. Called if the
   * materializer has no files under `key`. A failure names the resource's document and position, or the input.
   */
  make(materializer: Materializer, job: Job): Promise<readonly HostFile[]>;
}
