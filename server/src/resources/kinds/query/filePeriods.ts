/** The calendar periods in which a file has rows. */
import { LruCache } from '../../../base/lruCache.ts';
import { literal, sql } from '../../../duckdb/sql.ts';
import { type HostFile } from '../../../pond/hostFile.ts';
import { type Column } from '../../../protocol/results.ts';
import { type Job } from '../../../base/job.ts';
import { keyOf } from '../../../materialize/contentKey.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { type PeriodUnit } from '../../series/periods.ts';
import { readParquet, writeParquet } from '../../series/readParquet.ts';
import { timeSql } from '../../series/time.ts';

/** Periods of a file. */
interface FilePeriods {
  /** Starts, microseconds since 1970 UTC, in order. */
  readonly startsUs: readonly bigint[];
  /** Number of rows without a valid time. */
  readonly untimed: number;
}

/** Cache by the file's key, the unit and the column; entries stay valid because a file never changes. */
const cache = new LruCache<string, FilePeriods>({ max: 10_000 });

/** Returns the periods of a file; they are a file in the cache too. */
export async function filePeriods(
  file: HostFile,
  { unit, time }: { readonly unit: PeriodUnit; readonly time: Column },
  materializer: Materializer,
  job: Job,
): Promise<FilePeriods> {
  const key = keyOf('query periods', 1, file.key, unit, time.name, time.type);
  const known = cache.get(key);
  if (known !== undefined) return known;
  const start = sql`epoch_us(date_trunc(${literal(unit)}, ${timeSql(time)})::TIMESTAMP)`;
  const periods = sql`SELECT ${start} AS start, count(*) AS timed FROM ${readParquet([file.hostPath])} GROUP BY 1 ORDER BY 1`;
  const write = async (target: string, { signal }: Job): Promise<void> => {
    const statements = [writeParquet(periods, target)];
    await materializer.builder.run({ statements, reads: [file.hostPath], writes: [target] }, signal);
  };
  const { hostPath } = await materializer.file(key, write, job);
  const statements = [sql`SELECT start, timed FROM ${readParquet([hostPath])} ORDER BY start`];
  const rows = await materializer.builder.run({ statements, reads: [hostPath] }, job.signal);
  const untimed = rows.find(([at]) => at === null)?.[1] ?? 0;
  const startsUs = rows.flatMap(([at]) => (typeof at === 'bigint' ? [at] : []));
  return cache.set(key, { startsUs, untimed: Number(untimed) });
}
