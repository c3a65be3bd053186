import { type Job } from '../job.ts';
import { type Workshop } from '../workshop.ts';

/** Where partials and parts are made, and for whom. */
export interface Making {
  readonly workshop: Workshop;
  readonly job: Job;
}
