import { type Job } from '../../../base/job.ts';
import { type Materializer } from '../../../materialize/materializer.ts';

/** Where partials and parts are made, and for whom. */
export interface BuildPlan {
  readonly workshop: Materializer;
  readonly job: Job;
}
