/** What a kind says of a run. */
import { type PondError } from '../../base/error.ts';

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
