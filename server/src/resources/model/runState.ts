/** Result of a run, as a kind reports it. */
import { type PondError } from '../../base/error.ts';

/** Amount of new data of a run; zeros if there is none. */
export interface RunCounts {
  readonly rows: number;
  readonly bytes: number;
  readonly files: number;
}

/** Outcome of a run that did not fail as a whole. */
export interface RunOutcome extends RunCounts {
  /** Messages for users, as sentences. */
  readonly notes: readonly string[];
  /** Failure of part of the run, the rest of which was kept: the run counts as failed. */
  readonly failure?: PondError;
  /** Message of the commit; made from the counts if omitted. */
  readonly summary?: string;
  /** Called when the data is committed, with the number of the latest commit. Fails with the storage codes. */
  readonly onCommitted?: (commit: number) => void;
}

/** Operation of a commit that holds only records of runs that copy the pond: no copy is made for it alone. */
export const copyRecordsOperation = 'run/copies';
