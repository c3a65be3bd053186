import { type Job } from '../../../base/job.ts';
import { type Workshop } from '../../../materialize/workshop.ts';

/** Where partials and parts are made, and for whom. */
export interface Making {
  readonly workshop: Workshop;
  readonly job: Job;
}
