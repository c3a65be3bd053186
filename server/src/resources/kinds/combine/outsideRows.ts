/** Numbers of the rows that are not within the time of their series. */
import { type Job } from '../../../base/job.ts';
import { mapLimit } from '../../../base/mapLimit.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { type Match } from '../../model/derivedContent.ts';
import { parquetFilesOf } from '../../series/parquetFiles.ts';
import { type ScopeInputs } from './buildScope.ts';
import { type InputRules, withRules } from './inputRules.ts';
import { mergeSmall } from './merge.ts';

/** Number of inputs counted concurrently. */
const inputsAtOnce = 2;

/**
 * Returns the number of rows before `begin`, or not before `end`, by the index of the series; 0 without both. The files
 * are those of the scope's segments, which are in the cache.
 */
export async function countOutside(
  { scope, series }: Pick<ScopeInputs, 'scope' | 'series'>,
  materializer: Materializer,
  job: Job,
): Promise<readonly number[]> {
  return await mapLimit([...series.entries()], 1, async ([index, matches]) => {
    const rules = scope.rules[index] ?? {};
    if (rules.begin === undefined && rules.end === undefined) return 0;
    const counts = await mapLimit(matches, inputsAtOnce, (match) =>
      outsideOf({ match, alike: matches, rules }, materializer, job),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  });
}

interface RuledInput {
  readonly match: Match;
  readonly alike: readonly Match[];
  readonly rules: InputRules;
}

async function outsideOf({ match, alike, rules }: RuledInput, materializer: Materializer, job: Job): Promise<number> {
  const files = await mergeSmall(await parquetFilesOf({ match, alike }, materializer, job), materializer, job);
  let count = 0;
  for (const file of files) {
    const all = await materializer.inspect([file], job);
    const within = await materializer.inspect([await withRules(file, rules, materializer, job)], job);
    count += all.rowCount - within.rowCount;
  }
  return count;
}
