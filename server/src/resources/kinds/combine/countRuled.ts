/** Rows that the rules of a series leave out, and the names in them that no file has. */
import { type Job } from '../../../base/job.ts';
import { mapLimit } from '../../../base/mapLimit.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { runOrEach } from '../../series/inputRuns.ts';
import { textSource } from '../../series/textSource.ts';
import { type ScopeInputs } from './buildScope.ts';
import { seriesInputs } from './seriesRuns.ts';
import { keyOfRules, unmatchedNames, withRules } from './inputRules.ts';
import { mergedFiles, type RuledInput } from './ruledFiles.ts';

/** Number of inputs counted concurrently. */
const inputsAtOnce = 2;

/** Counts of the rows and names of a series that its rules leave out. */
interface RuleCounts {
  /** Number of rows before `begin`, or not before `end`. */
  readonly outside: number;
  /** Names in `rename` and `cast` that no file has. */
  readonly unmatched: readonly string[];
}

/**
 * Returns what comes of the rules, by the index of the series. The files are those of the scope's segments, which are in
 * the cache.
 */
export async function countRuled(
  { scope, series }: Pick<ScopeInputs, 'scope' | 'series'>,
  materializer: Materializer,
  job: Job,
): Promise<readonly RuleCounts[]> {
  return await mapLimit([...series.entries()], 1, async ([index, matches]) => {
    const rules = scope.rules[index] ?? {};
    if (keyOfRules(rules) === undefined || matches.length === 0) return { outside: 0, unmatched: [] };
    const source = textSource(matches);
    const runs = await seriesInputs({ matches, source }, materializer, job);
    const counted = await mapLimit(runs, inputsAtOnce, (run) =>
      runOrEach(run, async (each) => [await countRun({ run: each, source, rules }, materializer, job)]),
    );
    const inputs = counted.flat();
    return {
      outside: inputs.reduce((sum, { outside }) => sum + outside, 0),
      unmatched: unmatchedNames(
        inputs.flatMap(({ names }) => names),
        rules,
      ),
    };
  });
}

/** Number of rows out of the time of an input, and names of its columns. */
interface RuledRows {
  readonly outside: number;
  readonly names: readonly string[];
}

async function countRun(input: RuledInput, materializer: Materializer, job: Job): Promise<RuledRows> {
  const files = await mergedFiles(input, materializer, job);
  const names = new Set<string>();
  let outside = 0;
  for (const file of files) {
    const all = await materializer.inspect([file], job);
    const within = await materializer.inspect([await withRules(file, input.rules, materializer, job)], job);
    outside += all.rowCount - within.rowCount;
    for (const { name } of all.columns) names.add(name);
  }
  return { outside, names: [...names] };
}
