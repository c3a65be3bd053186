import { type PondError } from '../base/error.ts';
import { type QueryResult } from '../protocol/results.ts';
import { type WorkerProcess } from '../sandbox/workerClient.ts';

/** Rows of a finished query, which the process that ran it keeps. */
export interface KeptResult {
  readonly worker: WorkerProcess;
  readonly result: number;
  /** The reason that its rows are not valid, when it is known. */
  readonly failure?: PondError;
}

/** A result with its first rows, or all of them. */
export interface BegunQuery extends Omit<QueryResult, 'rowCount'> {
  /** Undefined while there are more rows. */
  readonly rowCount: number | undefined;
}
