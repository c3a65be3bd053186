/** Numbers of rows and values that do not count in the output of a Reduce resource as they are. */
import { plural } from '../../../base/plural.ts';
import { type Duration } from '../../../base/duration.ts';
import { sql } from '../../../duckdb/sql.ts';
import { keyOf } from '../../../materialize/contentKey.ts';
import { type Job } from '../../../base/job.ts';
import { mapLimit } from '../../../base/mapLimit.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { type InputMatcher } from '../../model/derivedContent.ts';
import { type Resource } from '../../model/kind.ts';
import { readParquet, writeParquet } from '../../series/readParquet.ts';
import { type BuildContext } from './buildContext.ts';
import { countEmptied } from './countEmptied.ts';
import { type DatasetInputs, datasetPartials, partialsKey } from './datasetInputs.ts';
import { leftOutSql } from './partialSql.ts';
import { baseUsOf } from './resolution.ts';
import { type Dataset, type ReduceResolution, type ReduceSpec } from './spec.ts';

/** Number of files in progress at a time. */
const concurrencyMax = 2;

/** Returns a note for each pattern of which rows are left out, values are not finite, or buckets have too few values. */
export async function rowNotes(
  { spec }: Resource<ReduceSpec>,
  inputs: InputMatcher,
  materializer: Materializer,
  job: Job,
): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const { name, resolutions, datasets } of spec.collections) {
    for (const dataset of datasets) {
      const found = await datasetNotes({ dataset, resolutions }, inputs, { materializer, job });
      notes.push(...found.map((note) => `collection ${name}, ${dataset.in_pattern}${note}`));
    }
  }
  return notes;
}

interface ReducedDataset {
  readonly dataset: Dataset;
  readonly resolutions: readonly ReduceResolution[];
}

/** The notes of a dataset, each without the beginning that names it. */
async function datasetNotes(
  { dataset, resolutions }: ReducedDataset,
  inputs: InputMatcher,
  context: BuildContext,
): Promise<readonly string[]> {
  const matches = await inputs.match(dataset.in_pattern);
  const durations = resolutions.map(({ duration }) => duration);
  if (matches.length === 0 || durations[0] === undefined) return [];
  const inputsAt = (duration: Duration): DatasetInputs => ({ dataset, matches, baseUs: baseUsOf(duration, durations) });
  const [untimed, infinite] = await countDataset(inputsAt(durations[0]), context);
  const notes = [
    ...(untimed > 0 ? [`: ${plural(untimed, 'row')} left out, without a valid time`] : []),
    ...(infinite > 0 ? [`: ${plural(infinite, 'bucket')} with a value that is not finite`] : []),
  ];
  for (const { text, duration } of resolutions) {
    const emptied = await countEmptied(inputsAt(duration), duration, context);
    const what = `${plural(emptied, 'bucket')} of a column without statistics, with fewer values than \`coverage\` needs`;
    if (emptied > 0) notes.push(`, res=${text}: ${what}`);
  }
  return notes;
}

/** Numbers of rows without a time, and of buckets with a value that is not finite: one file in the cache. */
async function countDataset(
  inputs: DatasetInputs,
  { materializer, job }: BuildContext,
): Promise<readonly [number, number]> {
  const write = (target: string, shared: Job): Promise<void> =>
    writeCounts(inputs, target, { materializer, job: shared });
  const file = await materializer.file(keyOf('reduce totals', 1, ...partialsKey(inputs)), write, job);
  const query = sql`SELECT untimed, infinite FROM ${readParquet([file.hostPath])}`;
  const [row = []] = await materializer.builder.run({ statements: [query], reads: [file.hostPath] }, job.signal);
  return [Number(row[0] ?? 0), Number(row[1] ?? 0)];
}

async function writeCounts(inputs: DatasetInputs, target: string, context: BuildContext): Promise<void> {
  const { materializer, job } = context;
  const partials = (await datasetPartials(inputs, context)).flat();
  const files = await mapLimit(partials, concurrencyMax, (partial) => partial.file(job));
  const columns = partials.flatMap((partial) => partial.columns);
  const fractional = columns.filter(({ type }) => type === 'DOUBLE' || type === 'FLOAT').map(({ name }) => name);
  const names = [...new Map(fractional.map((name) => [name.toLowerCase(), name])).values()];
  const hostPaths = files.map(({ hostPath }) => hostPath);
  const statements = [writeParquet(leftOutSql(hostPaths, names), target)];
  await materializer.builder.run({ statements, reads: [...new Set(hostPaths)], writes: [target] }, job.signal);
}
