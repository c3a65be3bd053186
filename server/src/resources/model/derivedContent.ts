/** What kinds give to have derived directories, and what they are given to make them. */
import { type HostFile } from '../../pond/types.ts';
import { type FileType } from '../../tinyfs/backend.ts';
import { type Job } from '../../base/job.ts';
import { type Materializer } from '../../materialize/materializer.ts';

/** A file of the pond, real or derived, that a pattern matches. */
export interface Match {
  /** Absolute pond path, without links: a resource's home has its UUID in it. */
  readonly path: string;
  /** Last component of the path. */
  readonly name: string;
  /** What each wildcard of the pattern stands for, left to right; the name of a resource rather than its UUID. */
  readonly captures: readonly string[];
  readonly type: Exclude<FileType, 'directory' | 'symlink'>;
  /** Equal keys mean equal content. Known without making anything. */
  readonly key: string;
  /** Microseconds since 1970 UTC. */
  readonly modifiedUs: number;
  /** The host files with the content, made first where need be: all parts of a series in their order, else one. */
  files(job: Job): Promise<readonly HostFile[]>;
}

/** The tree that a resource is evaluated in. */
export interface InputMatcher {
  /**
   * Files that a pattern of pond paths matches, each once, in order of path; links are followed, directories and the
   * documents and records of resources are left out. Fails `resource-cycle` when the pattern reaches what is being made
   * of it.
   */
  match(pattern: string): Promise<readonly Match[]>;
}

/** An entry of a derived directory. */
export type DerivedNode = DerivedDirectory | DerivedFile;

/** Names are single components; a Map keeps them apart from what objects inherit. */
export type DerivedEntries = ReadonlyMap<string, DerivedNode>;

/** A directory that a resource makes up. */
export interface DerivedDirectory {
  readonly type: 'directory';
  list(): Promise<DerivedEntries>;
}

/** A file that a resource makes of its inputs when it is asked for. */
export interface DerivedFile {
  readonly type: 'series' | 'table' | 'file';
  /** A hash of all that the content depends on: keyOf(…) over the recipe and the keys of the inputs. */
  readonly key: string;
  /** The newest of the document and the inputs, microseconds since 1970 UTC. */
  readonly modifiedUs: number;
  /**
   * The content as host files, at least one; several for a series only, in time order. Called when the workshop does
   * not have them under `key`. A failure names the resource's document with the position, or the input.
   */
  make(workshop: Materializer, job: Job): Promise<readonly HostFile[]>;
}
