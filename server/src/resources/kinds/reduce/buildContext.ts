import { type Job } from '../../../base/job.ts';
import { type Materializer } from '../../../materialize/materializer.ts';

/** Materializer and job that build partials and parts. */
export interface BuildContext {
  readonly materializer: Materializer;
  readonly job: Job;
}
