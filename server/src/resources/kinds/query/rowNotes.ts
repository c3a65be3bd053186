import { plural } from '../../../base/plural.ts';
import { type Job } from '../../../base/job.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { type InputMatcher } from '../../model/derivedContent.ts';
import { type Resource } from '../../model/kind.ts';
import { filePeriods } from './filePeriods.ts';
import { matchInputs, tablesOf } from './outputs.ts';
import { type QuerySpec } from './spec.ts';

/** Returns a note for each input of which rows are in no part, because they have no valid time. */
export async function rowNotes(
  resource: Resource<QuerySpec>,
  inputs: InputMatcher,
  materializer: Materializer,
  job: Job,
): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const [index, query] of resource.spec.queries.entries()) {
    const unit = query.parts;
    if (unit === undefined) continue;
    const matched = await matchInputs(query, inputs);
    for (const { name, files, time } of await tablesOf({ resource, query, index }, matched, materializer, job)) {
      if (time === undefined) continue;
      let untimed = 0;
      for (const file of files) untimed += (await filePeriods(file, { unit, time }, materializer, job)).untimed;
      const rows = plural(untimed, 'row');
      if (untimed > 0) notes.push(`query ${query.name}, ${name}: ${rows} in no part, without a valid time`);
    }
  }
  return notes;
}
