/** Numbers of rows and values that do not count in the output of a Reduce resource as they are. */
import { plural } from '../../../base/plural.ts';
import { type Duration } from '../../../base/duration.ts';
import { literal, sql } from '../../../duckdb/sql.ts';
import { isFloat } from '../../../base/typeClass.ts';
import { keyOf } from '../../../materialize/contentKey.ts';
import { type Job } from '../../../base/job.ts';
import { mapLimit } from '../../../base/mapLimit.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { type InputMatcher } from '../../model/derivedContent.ts';
import { type Resource } from '../../model/kind.ts';
import { readParquet, writeParquet } from '../../series/readParquet.ts';
import { type BuildContext } from './buildContext.ts';
import { countEmptied } from './countEmptied.ts';
import { datasetKey, type DatasetInputs, datasetPartials, partialsKey } from './datasetInputs.ts';
import { leftOutSql } from './partialSql.ts';
import { baseUsOf } from './resolution.ts';
import { selectionOf } from './selection.ts';
import { type Dataset, type ReduceResolution, type ReduceSpec } from './spec.ts';

/** Number of files in progress at a time. */
const concurrencyMax = 2;

/**
 * Returns a note for each pattern of which rows are left out, columns are missing, values are not finite, or buckets have
 * too few values.
 */
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
  const { untimed, infinite, unmatched } = await countDataset(inputsAt(durations[0]), context);
  const notes = [
    ...(untimed > 0 ? [`: ${plural(untimed, 'row')} left out, without a valid time`] : []),
    ...(unmatched.length > 0
      ? [`: no column of numbers matches ${unmatched.map((name) => `"${name}"`).join(', ')}`]
      : []),
    ...(infinite > 0 ? [`: ${plural(infinite, 'bucket')} with a value that is not finite`] : []),
  ];
  for (const { text, duration } of resolutions) {
    const emptied = await countEmptied(inputsAt(duration), duration, context);
    const what = `${plural(emptied, 'bucket')} of a column without statistics, with fewer values than \`coverage\` needs`;
    if (emptied > 0) notes.push(`, res=${text}: ${what}`);
  }
  return notes;
}

/** Parts of a dataset that count otherwise than the document or the rows state. */
interface DatasetCounts {
  /** Number of rows without a time. */
  readonly untimed: number;
  /** Number of buckets with a value that is not finite. */
  readonly infinite: number;
  /** Names and patterns of columns that no input has. */
  readonly unmatched: readonly string[];
}

/** The counts are one file in the cache. */
async function countDataset(inputs: DatasetInputs, { materializer, job }: BuildContext): Promise<DatasetCounts> {
  const write = (target: string, shared: Job): Promise<void> =>
    writeCounts(inputs, target, { materializer, job: shared });
  const file = await materializer.file(
    keyOf('reduce totals', 2, ...datasetKey(inputs.dataset), ...partialsKey(inputs)),
    write,
    job,
  );
  const query = sql`SELECT untimed, infinite, unmatched FROM ${readParquet([file.hostPath])}`;
  const [row = []] = await materializer.builder.run({ statements: [query], reads: [file.hostPath] }, job.signal);
  const unmatched = JSON.parse(String(row[2] ?? '[]')) as readonly string[];
  return { untimed: Number(row[0] ?? 0), infinite: Number(row[1] ?? 0), unmatched };
}

async function writeCounts(inputs: DatasetInputs, target: string, context: BuildContext): Promise<void> {
  const { materializer, job } = context;
  const partials = (await datasetPartials(inputs, context)).flat();
  const files = await mapLimit(partials, concurrencyMax, (partial) => partial.file(job));
  const columns = partials.flatMap((partial) => partial.columns);
  const fractional = columns.filter(({ type }) => isFloat(type)).map(({ name }) => name);
  const names = [...new Map(fractional.map((name) => [name.toLowerCase(), name])).values()];
  const hostPaths = files.map(({ hostPath }) => hostPath);
  const unmatched = selectionOf(inputs.dataset).unmatchedBy(columns.map(({ name }) => name));
  const counts = sql`SELECT *, ${literal(JSON.stringify(unmatched))} AS unmatched FROM (${leftOutSql(hostPaths, names)})`;
  const statements = [writeParquet(counts, target)];
  await materializer.builder.run({ statements, reads: [...new Set(hostPaths)], writes: [target] }, job.signal);
}
