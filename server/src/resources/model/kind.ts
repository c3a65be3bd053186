/** A kind of resource, and the arguments of its functions. Types that refer to each other are in one file. */
import { type Job } from '../../base/job.ts';
import { type BackupInfo } from '../../protocol/backups.ts';
import { type Positions } from '../../documents/positions.ts';
import { type TextFormatSpec } from '../../documents/textFormat.ts';
import { type ObjectSchema } from '../../documents/schema.ts';
import { type ValuePath } from '../../documents/yamlNode.ts';
import { type OpenCopy } from '../../pond/pondCopy.ts';
import { type StoredFiles } from '../../pond/storedFiles.ts';
import { type Materializer } from '../../materialize/materializer.ts';
import { type Pond } from '../../pond/types.ts';
import { type WorkingDirectory } from '../../tinyfs/workingDirectory.ts';
import { type DerivedEntries, type InputMatcher } from './derivedContent.ts';
import { type ExportContext } from './exportContext.ts';
import { type RunCounts, type RunOutcome } from './runState.ts';

/**
 * Definition of a kind of resource, whose `spec` is decoded to `T`. Its functions are methods so that a list can hold
 * kinds of different types; a function of a kind takes resources of that kind only.
 */
export interface ResourceKind<T = unknown> {
  /** As written after `kind:`. */
  readonly kind: string;
  /** Name of its icon, among the product icons of VS Code. */
  readonly icon: string;
  /** Purpose in one sentence without a full stop, beginning with a verb: "copies files of the host". */
  readonly summary: string;
  /** Details, in Markdown. */
  readonly doc: string;
  readonly spec: ObjectSchema<T>;
  /** A complete document without problems. */
  readonly example: string;
  /** True for a kind whose series a site shows as charts: a page for each output, with its resolutions `res=…`. */
  readonly isCharted?: true;
  /** Data flow of a resource, from its document alone. Determines the order of runs and the cycles. */
  flows(spec: T): readonly Flow[];
  /**
   * Access of its runs to the host, from the document alone: each in words that follow the name of the resource, such as
   * `reads /data/*.csv`. The exact text is what a person allows. Undefined for a kind whose runs stay in the pond.
   */
  hostAccess?(spec: T): readonly string[];
  /** Returns the format of the files in the resource directory; undefined when the document states none. */
  filesFormat?(spec: T): TextFormatSpec | undefined;
  /**
   * Returns the derived content of a resource directory: names of its collections, scopes, … with their content.
   * Undefined for a kind that derives nothing.
   */
  derive?(resource: Resource<T>, inputs: InputMatcher): Promise<DerivedEntries>;
  /**
   * Returns the name of the directory in the resource directory that is the root of another pond's tree, '' for the resource
   * directory itself: what the resources of that tree derive is shown, and they do not run. Undefined for a kind without one.
   */
  copiedTree?(spec: T): string;
  /**
   * Returns a note for each input of which the derived content does not have every row, how many rows, and why; or of
   * which rows are not checked. Called by a run after its build. Undefined for a kind that keeps all rows.
   */
  rowNotes?(
    resource: Resource<T>,
    inputs: InputMatcher,
    materializer: Materializer,
    job: Job,
  ): Promise<readonly string[]>;
  /**
   * Runs a resource once. If it fails, the pond stays as it was at the last checkpoint. Undefined for a kind whose runs
   * build its derived content.
   */
  run?(context: RunContext<T>): Promise<RunOutcome>;
  /**
   * State of the copy of the whole pond that the runs of a resource make, as this computer remembers it: no request is
   * made. In a round such runs come last, however the others ended, and a commit of their records alone is no reason to
   * copy again. Undefined for a kind whose runs copy nothing away.
   */
  copyState?(resource: Resource<T>, stored: StoredFiles): Promise<BackupInfo>;
  /**
   * Opens the copy of the whole pond that the runs of a resource make, for a repair, which closes it. The caller has asked
   * for permission. Undefined for a kind whose runs copy nothing away. Fails `secret-missing`.
   */
  openCopy?(resource: Resource<T>, pond: string, access: CopyAccess): Promise<OpenCopy>;
  /**
   * Renders a derived text with the files of an export as a variable; undefined unless exactly one text has that path.
   * Only for a kind whose texts can list exported files.
   */
  renderText?(rendering: TextRendering<T>): Promise<string | undefined>;
}

/** An output of a resource with its inputs. */
export interface Flow {
  /** Pattern of the paths written, relative to the resource directory: `daily/*`; `**` for all of it. */
  readonly writes: string;
  /** None for data from outside the pond. */
  readonly reads: readonly InputPattern[];
}

/** A pattern of pond paths in a document. */
export interface InputPattern {
  readonly pattern: string;
  /** Path of the pattern in the `spec`. */
  readonly path: ValuePath;
}

/** A resource in a tree of the pond: a document without errors, in its resource directory. */
export interface Resource<T = unknown> {
  readonly kind: ResourceKind<T>;
  /** UUID, lower case. */
  readonly id: string;
  readonly name: string;
  readonly desc: string;
  readonly spec: T;
  /** Positions of the parts of the `spec` in the document. */
  readonly positions: Positions;
  /** When the document was last changed, microseconds since 1970 UTC. */
  readonly modifiedUs: number;
}

/** True for a resource of that kind. */
export function isOfKind<T>(resource: Resource, kind: ResourceKind<T>): resource is Resource<T> {
  return resource.kind === kind;
}

/** Access of a copy of the pond: variables of the environment, and what cancels the reading. */
interface CopyAccess {
  readonly env: (name: string) => string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Input of a run. */
export interface RunContext<T = unknown> {
  readonly resource: Resource<T>;
  /**
   * Returns the resource directory in the transaction of the run, which isolates the changes until they are committed
   * with the record of the run. Call again after a checkpoint.
   */
  home(): Promise<WorkingDirectory>;
  /** The latest commit, with the content derived from it. */
  readonly inputs: InputMatcher;
  /** The pond, for a run that also looks at what is staged. */
  readonly pond: Pond;
  readonly materializer: Materializer;
  readonly signal: AbortSignal;
  readonly progress: (message: string, done: number, total?: number) => void;
  /** The value of an environment variable; undefined if it is not set. */
  readonly env: (name: string) => string | undefined;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /**
   * Commits everything written so far, data and progress together, and continues in the next transaction. For a
   * collection so long that losing all of it would be worse than keeping part of it.
   */
  checkpoint(soFar: RunCounts): Promise<void>;
}

/** A derived text to render for an export. */
export interface TextRendering<T = unknown> {
  readonly resource: Resource<T>;
  /** Path of the text in the resource directory. */
  readonly path: string;
  readonly inputs: InputMatcher;
  /** The exported files. */
  readonly files: ExportContext;
  readonly materializer: Materializer;
  readonly job: Job;
}
