/** A kind of resource, and the arguments of its functions. Types that refer to each other are in one file. */
import { type DerivedEntries, type InputMatcher } from './derivedContent.ts';
import { type RunCounts, type RunOutcome } from './runState.ts';
import { type Materializer } from '../../materialize/materializer.ts';
import { type WorkingDirectory } from '../../tinyfs/workingDirectory.ts';
import { type MapNode } from '../../documents/yamlNode.ts';
import { type ScalarNode } from '../../documents/yamlNode.ts';
import { type ObjectSchema } from '../../documents/schema.ts';

/** Definition of a kind of resource. Each kind is one file under kinds/. */
export interface ResourceKind {
  /** As written after `kind:`. */
  readonly kind: string;
  /** Purpose in one sentence without a full stop, beginning with a verb: "copies files of the host". */
  readonly summary: string;
  /** Details, in Markdown. */
  readonly doc: string;
  readonly spec: ObjectSchema;
  /** A complete document without problems. */
  readonly example: string;
  /** Data flow of a resource, from its document alone. Determines the order of runs and the cycles. */
  readonly flows: (resource: Resource) => readonly Flow[];
  /**
   * Loads the function that derives content, when a resource directory of the kind is first listed; undefined for a
   * kind that derives nothing.
   */
  readonly derive?: () => Promise<Derive>;
  /** Loads the run function, at the first run; undefined for a kind whose runs build its derived content. */
  readonly run?: () => Promise<Run>;
}

/** An output of a resource with its inputs. */
export interface Flow {
  /** Pattern of the paths written, relative to the resource directory: `daily/*`; `**` for all of it. */
  readonly writes: string;
  /** Patterns of pond paths, as in the document; none for data from outside the pond. */
  readonly reads: readonly ScalarNode[];
}

/** A resource in a tree of the pond: a document without errors, in its resource directory. */
export interface Resource {
  readonly kind: ResourceKind;
  /** UUID, lower case. */
  readonly id: string;
  readonly name: string;
  readonly desc: string;
  /** The whole document, and its `spec`, with positions in `text`. */
  readonly root: MapNode;
  readonly spec: MapNode;
  readonly text: string;
  /** When the document was last changed, microseconds since 1970 UTC. */
  readonly modifiedUs: number;
}

/** False for a kind whose documents are only checked and stored: its resources do nothing in this version. */
export function isImplemented({ run, derive }: Pick<ResourceKind, 'run' | 'derive'>): boolean {
  return run !== undefined || derive !== undefined;
}

/** Returns the derived content of a resource directory: names of its collections, scopes, … with their content. */
export type Derive = (resource: Resource, inputs: InputMatcher) => DerivedEntries;

/** Input of a run. */
export interface RunContext {
  readonly resource: Resource;
  /**
   * Returns the resource directory in the transaction of the run, which isolates the changes until they are committed
   * with the record of the run. Call again after a checkpoint.
   */
  home(): Promise<WorkingDirectory>;
  /** The latest commit, with the content derived from it. */
  readonly inputs: InputMatcher;
  readonly workshop: Materializer;
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

/** Runs a resource once. If it throws, the pond stays as it was at the last checkpoint. */
export type Run = (context: RunContext) => Promise<RunOutcome>;
