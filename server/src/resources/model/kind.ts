/** What a kind of resource is, and what its functions are given: types that name each other stand together. */
import { type DerivedEntries, type InputMatcher } from './derivedContent.ts';
import { type RunCounts, type RunOutcome } from './runState.ts';
import { type Materializer } from '../../materialize/materializer.ts';
import { type WorkingDirectory } from '../../tinyfs/workingDirectory.ts';
import { type MapNode } from '../../documents/yamlNode.ts';
import { type ScalarNode } from '../../documents/yamlNode.ts';
import { type ObjectSchema } from '../../documents/schema.ts';

/** All that the pond knows about one kind of resource. Each kind is one file under kinds/. */
export interface ResourceKind {
  /** As written after `kind:`. */
  readonly kind: string;
  /** What it does, in one sentence without a full stop, beginning with a verb: "copies files of the host". */
  readonly summary: string;
  /** More about it, in Markdown. */
  readonly doc: string;
  readonly spec: ObjectSchema;
  /** A complete document that has no problems. */
  readonly example: string;
  /** What flows through it, told of the document alone. The order of runs and the cycles come from it. */
  readonly flows: (resource: Resource) => readonly Flow[];
  /**
   * What it derives; undefined for a kind that derives nothing. Loaded when a home of the kind is first looked into.
   */
  readonly derive?: () => Promise<Derive>;
  /** What a run does; undefined for a kind of which a run makes what it derives. Loaded when it first runs. */
  readonly run?: () => Promise<Run>;
}

/** Something that a resource makes, with what it makes it of. */
export interface Flow {
  /** Pattern of the paths below the home that it writes: `daily/*`; `**` for all of it. */
  readonly writes: string;
  /** Patterns of pond paths, as the document has them; none for what comes from outside of the pond. */
  readonly reads: readonly ScalarNode[];
}

/** A resource as a tree of the pond has it: a document without errors, in its home. */
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

/** False for a kind whose documents are checked and kept only: its resources do nothing in this version. */
export function isImplemented({ run, derive }: Pick<ResourceKind, 'run' | 'derive'>): boolean {
  return run !== undefined || derive !== undefined;
}

/** What a resource's home holds beside what is stored there: names of its collections, scopes, … with their content. */
export type Derive = (resource: Resource, inputs: InputMatcher) => DerivedEntries;

/** What a run is given. */
export interface RunContext {
  readonly resource: Resource;
  /**
   * The resource's home in the transaction of the run, where nobody else sees the changes before they are committed
   * with the record of the run. Asked for anew after a checkpoint.
   */
  home(): Promise<WorkingDirectory>;
  /** The newest commit, with what is derived from it. */
  readonly inputs: InputMatcher;
  readonly workshop: Materializer;
  readonly signal: AbortSignal;
  readonly progress: (message: string, done: number, total?: number) => void;
  /** The value of an environment variable; undefined when it is not set. */
  readonly env: (name: string) => string | undefined;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /**
   * Commits what is written so far, data and progress together, and goes on in the next transaction: for a collection
   * that is so long that to lose all of it would be worse than to have it in parts.
   */
  checkpoint(soFar: RunCounts): Promise<void>;
}

/** Runs a resource once. A failure that is thrown leaves the pond as it was at the last checkpoint. */
export type Run = (context: RunContext) => Promise<RunOutcome>;
