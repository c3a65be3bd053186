/** Numbers of rows and values that do not count in the output of a Reduce resource as they are. */
import { sql } from '../../../duckdb/sql.ts';
import { readingOf } from '../../../sandbox/formats.ts';
import { keyOf } from '../../../materialize/contentKey.ts';
import { type Job } from '../../../base/job.ts';
import { mapLimit } from '../../../base/mapLimit.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { type InputMatcher, type Match } from '../../model/derivedContent.ts';
import { type Resource } from '../../model/kind.ts';
import { parquetFilesOf } from '../../series/parquetFiles.ts';
import { readParquet, writeParquet } from '../../series/readParquet.ts';
import { partialAggregatesOf } from './partialAggregates.ts';
import { leftOutSql } from './partialSql.ts';
import { baseUsOf } from './resolution.ts';
import { selectionOf, type ColumnSelection } from './selection.ts';
import { type ReduceSpec } from './spec.ts';

/** Number of inputs and files in progress at a time. */
const concurrencyMax = 2;

/** The inputs of a dataset, and how they are reduced. */
interface DatasetInputs {
  readonly matches: readonly Match[];
  readonly selection: ColumnSelection;
  readonly baseUs: number;
}

/** Returns a note for each pattern of which rows are left out, or values make a mean that is not finite. */
export async function rowNotes(
  { spec }: Resource<ReduceSpec>,
  inputs: InputMatcher,
  materializer: Materializer,
  job: Job,
): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const { name, resolutions, datasets } of spec.collections) {
    const durations = resolutions.map(({ duration }) => duration);
    for (const fields of datasets) {
      const pattern = fields.in_pattern;
      const matches = await inputs.match(pattern);
      if (matches.length === 0 || durations[0] === undefined) continue;
      const dataset = { matches, selection: selectionOf(fields), baseUs: baseUsOf(durations[0], durations) };
      const [untimed, infinite] = await countDataset(dataset, materializer, job);
      const where = `collection ${name}, ${pattern}`;
      if (untimed > 0) notes.push(`${where}: ${counted(untimed, 'row')} left out, without a valid time`);
      if (infinite > 0) notes.push(`${where}: ${counted(infinite, 'bucket')} with a value that is not finite`);
    }
  }
  return notes;
}

/** Numbers of rows without a time, and of buckets with a value that is not finite: one file in the cache. */
async function countDataset(
  dataset: DatasetInputs,
  materializer: Materializer,
  job: Job,
): Promise<readonly [number, number]> {
  const { matches, selection, baseUs } = dataset;
  const keys = matches.map(({ key, type, name, format }) => {
    return [key, JSON.stringify(readingOf(type, name, format !== undefined) ?? null)];
  });
  const write = (target: string, shared: Job): Promise<void> => writeCounts(dataset, target, materializer, shared);
  const file = await materializer.file(keyOf('reduce totals', 1, baseUs, ...selection.partialKey, keys), write, job);
  const query = sql`SELECT untimed, infinite FROM ${readParquet([file.hostPath])}`;
  const [row = []] = await materializer.builder.run({ statements: [query], reads: [file.hostPath] }, job.signal);
  return [Number(row[0] ?? 0), Number(row[1] ?? 0)];
}

/** The partials are in the cache, because the output was built from them. */
async function writeCounts(
  { matches, selection, baseUs }: DatasetInputs,
  target: string,
  materializer: Materializer,
  job: Job,
): Promise<void> {
  const partials = await mapLimit(matches, concurrencyMax, async (match) => {
    const files = await parquetFilesOf({ match, alike: matches }, materializer, job);
    return await partialAggregatesOf({ files, selection, baseUs }, { materializer, job });
  });
  const files = await mapLimit(partials.flat(), concurrencyMax, (partial) => partial.file(job));
  const columns = partials.flat().flatMap((partial) => partial.columns);
  const fractional = columns.filter(({ type }) => type === 'DOUBLE' || type === 'FLOAT').map(({ name }) => name);
  const names = [...new Map(fractional.map((name) => [name.toLowerCase(), name])).values()];
  const hostPaths = files.map(({ hostPath }) => hostPath);
  const statements = [writeParquet(leftOutSql(hostPaths, names), target)];
  await materializer.builder.run({ statements, reads: [...new Set(hostPaths)], writes: [target] }, job.signal);
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
