import { isPondError } from '../../base/error.ts';
import { type HostFile } from '../../pond/types.ts';
import { type Job } from '../../base/job.ts';
import { type Materializer } from '../../materialize/materializer.ts';

/** True when all Parquet files have the same columns of the same types; at least one file. */
export async function areAlike(files: readonly HostFile[], workshop: Materializer, job: Job): Promise<boolean> {
  try {
    return (await workshop.inspect(files, job)).isAlike;
  } catch (error) {
    // DuckDB has no type for seconds and timestamps in one column. What else is wrong is said of the file that has it.
    if (isPondError(error, 'query-failed') || isPondError(error, 'invalid-content')) return false;
    throw error;
  }
}
