import { type HostFile } from '../../../pond/hostFile.ts';
import { keyOf } from '../../../materialize/contentKey.ts';
import { type Job } from '../../../base/job.ts';
import { type Duration } from '../../../base/duration.ts';
import { exactLists } from '../../series/exact.ts';
import { type Period } from '../../series/periods.ts';
import { mapLimit } from '../../../base/mapLimit.ts';
import { periodsOf } from './buckets.ts';
import { emptySql, foldSql, type FoldInput, type OutputColumn } from './foldSql.ts';
import { writeParquet } from '../../series/readParquet.ts';
import { hasWithin, type PartialAggregate, partialsWithin } from './partialAggregates.ts';
import { type BuildContext } from './buildContext.ts';
import { windowOf } from './resolution.ts';

/** Buckets, and the length, in microseconds, of the buckets that they are folded from. */
interface Bucketing {
  readonly resolution: Duration;
  readonly baseUs: number;
}

/** An input of an output. */
export interface PartedInput {
  readonly partials: readonly PartialAggregate[];
  readonly columns: readonly OutputColumn[];
}

const concurrencyMax = 4;

/**
 * Returns the parts of an output at a resolution, in time order, each built if needed. A part is a function of the
 * partials that have buckets in its period, so new data rebuilds only the parts of its own periods.
 */
export async function makeParts(
  { resolution, baseUs }: Bucketing,
  inputs: readonly PartedInput[],
  context: BuildContext,
): Promise<readonly HostFile[]> {
  const { job } = context;
  const columns = inputs.flatMap((input) => input.columns);
  const ranges = inputs.flatMap(({ partials }) => partials.flatMap((partial) => partial.ranges));
  if (ranges.length === 0) return [await makeEmpty(columns, context)];
  const parts = periodsOf(resolution, baseUs, ranges)
    .map((period) => ({ resolution, period, window: windowOf(resolution, period), inputs, columns }))
    .filter((part) => inputs.some(({ partials }) => partials.some((partial) => hasWithin(partial, part.window))));
  let done = 0;
  return await mapLimit(parts, concurrencyMax, async (part) => {
    const file = await makePart(part, context);
    job.progress?.('folding', ++done, parts.length);
    return file;
  });
}

interface Part {
  readonly resolution: Duration;
  readonly period: Period;
  /** Range of the rows of its buckets. */
  readonly window: Period;
  readonly inputs: readonly PartedInput[];
  readonly columns: readonly OutputColumn[];
}

async function makePart(part: Part, { materializer, job }: BuildContext): Promise<HostFile> {
  const { resolution, period, window, inputs, columns } = part;
  const keys = inputs.map(({ partials, columns: own }) => [
    own.map(({ name }) => name),
    partials.filter((partial) => hasWithin(partial, window)).map(({ key }) => key),
  ]);
  const { months, microseconds } = resolution;
  const schema = columns.map(({ source, name, type, statistics, coverage }) => [
    ...[source, name, type, statistics.map((statistic) => statistic.name)],
    ...(coverage === undefined ? [] : [coverage.fraction, coverage.stepUs]),
  ]);
  const key = keyOf('reduce part', 2, months, microseconds, String(period.startUs), String(period.endUs), schema, keys);
  const write = async (target: string, shared: Job): Promise<void> => {
    const context = { materializer, job: shared };
    const folds = await Promise.all(inputs.map((input) => foldInputs(input, window, context)));
    const query = foldSql({ resolution, period, inputs: folds.flat(), columns });
    const reads = folds.flat().flatMap(({ hostPaths }) => hostPaths);
    await materializer.builder.run(
      { statements: [writeParquet(query, target)], reads, writes: [target], isOrdered: true },
      shared.signal,
    );
  };
  return await materializer.file(key, write, job);
}

/** None if the input has no row in the window; several if its partials would lose digits as one table. */
async function foldInputs(input: PartedInput, window: Period, context: BuildContext): Promise<readonly FoldInput[]> {
  const partials = partialsWithin(input.partials, window, context.materializer);
  return await mapLimit(exactLists(partials), concurrencyMax, async (list) => {
    const names = new Set(list.flatMap(({ columns }) => columns.map(({ name }) => name.toLowerCase())));
    const files = await mapLimit(list, concurrencyMax, (partial) => partial.file(context.job));
    return {
      hostPaths: files.map(({ hostPath }) => hostPath),
      columns: input.columns.filter(({ source }) => names.has(source.toLowerCase())),
    };
  });
}

async function makeEmpty(columns: readonly OutputColumn[], { materializer, job }: BuildContext): Promise<HostFile> {
  const key = keyOf(
    'reduce empty',
    2,
    columns.map(({ name, type, statistics }) => [name, type, statistics.map((statistic) => statistic.name)]),
  );
  const write = async (target: string, { signal }: Job): Promise<void> => {
    const statements = [writeParquet(emptySql(columns), target)];
    await materializer.builder.run({ statements, writes: [target] }, signal);
  };
  return await materializer.file(key, write, job);
}
