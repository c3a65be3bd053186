/** What a kind is given to run, and what it says of a run. */
import { type PondError } from '../base/error.ts';
import { type WD } from '../tinyfs/workingDirectory.ts';
import { type Inputs } from './derived.ts';
import { type Resource } from './resource.ts';
import { type Workshop } from './workshop.ts';

/** What a run is given. */
export interface RunContext {
  readonly resource: Resource;
  /**
   * The resource's home in the transaction of the run, where nobody else sees the changes before they are committed with
   * the record of the run. Asked for anew after a checkpoint.
   */
  home(): Promise<WD>;
  /** The newest commit, with what is derived from it. */
  readonly inputs: Inputs;
  readonly workshop: Workshop;
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

/** What a run brought. Zeros when there was nothing new. */
export interface RunCounts {
  readonly rows: number;
  readonly bytes: number;
  readonly files: number;
}

/** How a run ended that did not fail as a whole. */
export interface RunOutcome extends RunCounts {
  /** What a person should know, as sentences. */
  readonly notes: readonly string[];
  /** What failed while the rest was kept: the run counts as failed. */
  readonly failure?: PondError;
}

/** Runs a resource once. A failure that is thrown leaves the pond as it was at the last checkpoint. */
export type Run = (context: RunContext) => Promise<RunOutcome>;
