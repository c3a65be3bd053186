import { isPondError } from '../../base/error.ts';
import { type HostFile } from '../../pond/hostFile.ts';
import { type Job } from '../../base/job.ts';
import { type Materializer } from '../../materialize/materializer.ts';

/** True if all Parquet files have the same columns of the same types; at least one file. */
export async function areAlike(files: readonly HostFile[], materializer: Materializer, job: Job): Promise<boolean> {
  try {
    return (await materializer.inspect(files, job)).isAlike;
  } catch (error) {
    // DuckDB has no common type for seconds and timestamps. Other errors are reported for the file that has them.
    if (isPondError(error, 'query-failed') || isPondError(error, 'invalid-content')) return false;
    throw error;
  }
}
