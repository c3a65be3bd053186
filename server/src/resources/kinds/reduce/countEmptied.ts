import { type Duration } from '../../../base/duration.ts';
import { type Job } from '../../../base/job.ts';
import { mapLimit } from '../../../base/mapLimit.ts';
import { sql } from '../../../duckdb/sql.ts';
import { keyOf } from '../../../materialize/contentKey.ts';
import { readParquet, writeParquet } from '../../series/readParquet.ts';
import { type BuildContext } from './buildContext.ts';
import { coverageOf, emptiedSql } from './coverage.ts';
import { datasetKey, type DatasetInputs, datasetPartials, partialsKey } from './datasetInputs.ts';
import { type PartialAggregate } from './partialAggregates.ts';
import { selectionOf } from './selection.ts';

/** Number of inputs and files in progress at a time. */
const concurrencyMax = 2;

/**
 * Returns the number of buckets whose statistics are NULL because they have fewer values than the coverage needs: the
 * sum over the columns and inputs of a dataset, 0 without a coverage. A bucket without a value is not counted, as it has
 * nothing to lose. The number is one file in the cache.
 */
export async function countEmptied(
  inputs: DatasetInputs,
  resolution: Duration,
  context: BuildContext,
): Promise<number> {
  if (coverageOf(inputs.dataset) === undefined) return 0;
  const { materializer, job } = context;
  const { months, microseconds } = resolution;
  const key = keyOf('reduce emptied', 1, months, microseconds, ...datasetKey(inputs.dataset), ...partialsKey(inputs));
  const write = async (target: string, shared: Job): Promise<void> => {
    const own = { materializer, job: shared };
    const partials = await datasetPartials(inputs, own);
    const counts = await mapLimit(partials, concurrencyMax, (each) => countInput(each, { inputs, resolution }, own));
    const total = counts.reduce((sum, count) => sum + count, 0);
    const statements = [writeParquet(sql`SELECT ${total} AS emptied`, target)];
    await materializer.builder.run({ statements, writes: [target] }, shared.signal);
  };
  const { hostPath } = await materializer.file(key, write, job);
  const statements = [sql`SELECT emptied FROM ${readParquet([hostPath])}`];
  const [[emptied] = []] = await materializer.builder.run({ statements, reads: [hostPath] }, job.signal);
  return Number(emptied ?? 0);
}

interface Reduced {
  readonly inputs: DatasetInputs;
  readonly resolution: Duration;
}

async function countInput(
  partials: readonly PartialAggregate[],
  { inputs: { dataset }, resolution }: Reduced,
  { materializer, job }: BuildContext,
): Promise<number> {
  const coverage = coverageOf(dataset);
  const { statisticsOf } = selectionOf(dataset);
  const all = partials.flatMap(({ columns }) => columns).map(({ name }) => name);
  // The count alone is as it is in every bucket.
  const limited = all.filter((name) => statisticsOf(name).some((statistic) => statistic.name !== 'count'));
  const names = [...new Map(limited.map((name) => [name.toLowerCase(), name])).values()];
  if (coverage === undefined || names.length === 0) return 0;
  const files = await mapLimit(partials, concurrencyMax, (partial) => partial.file(job));
  const hostPaths = files.map(({ hostPath }) => hostPath);
  const statements = [emptiedSql({ hostPaths, names, resolution, coverage })];
  const [[emptied] = []] = await materializer.builder.run({ statements, reads: [...new Set(hostPaths)] }, job.signal);
  return Number(emptied ?? 0);
}
