/**
 * Checks the unit of numeric times: milliseconds read as seconds would be dates of the year 50000, and smaller units
 * would be out of range.
 */
import { PondError } from '../../base/error.ts';
import { identifier, sql, type SqlText } from '../../duckdb/sql.ts';
import { isNumber, isPointInTime } from '../../base/typeClass.ts';
import { type HostFile } from '../../pond/hostFile.ts';
import { type FileFacts } from '../../sandbox/build.ts';
import { type Column } from '../../protocol/results.ts';
import { type Job } from '../../base/job.ts';
import { type Materializer } from '../../materialize/materializer.ts';
import { readParquet } from './readParquet.ts';
import { timeColumnOf, timeSql } from './time.ts';

/** Seconds from 1970 to the end of the year 9999, which means "never" in many systems. */
const secondsMax = 253_402_300_800;

/** Range of times up to about the year 2200 in smaller units, and the number of units per second. */
const units = [
  { name: 'milliseconds', perSecond: '1000', max: 7_300_000_000_000n },
  { name: 'microseconds', perSecond: '1000000', max: 7_300_000_000_000_000n },
  { name: 'nanoseconds', perSecond: '1000000000', max: 7_300_000_000_000_000_000n },
] as const;

/**
 * Fails `invalid-content` if most times of Parquet files are after the year 9999, as happens when milliseconds are read
 * as seconds. A few outliers are accepted: they come from clocks that are set wrong. At least one file.
 */
export async function requireSeconds(
  files: readonly HostFile[],
  { columns, rowCount, time }: FileFacts,
  materializer: Materializer,
  job: Job,
): Promise<void> {
  const column = timeColumnOf(columns);
  if (column === undefined || rowCount === 0 || areUsualTimes(time)) return;
  const hostPaths = files.map(({ hostPath }) => hostPath);
  await requireWithin(column, hostPaths, materializer, job);
}

/** Like requireSeconds, for a column of Parquet files that may be of times or of numbers; at least one file. */
export async function requireSecondsIn(
  column: Column,
  hostPaths: readonly string[],
  materializer: Pick<Materializer, 'builder'>,
  job: Job,
): Promise<void> {
  if (isNumber(column.type)) await requireWithin(column, hostPaths, materializer, job);
}

async function requireWithin(
  column: Column,
  hostPaths: readonly string[],
  { builder }: Pick<Materializer, 'builder'>,
  { signal }: Job,
): Promise<void> {
  const isBeyond = sql`abs(s) > ${secondsMax} AND abs(s) <= ${units[2].max}`;
  const counts = sql`count(s), count(s) FILTER (${isBeyond}), median(abs(s)) FILTER (${isBeyond})`;
  const seconds = sql`SELECT ${secondsSql(column)} AS s FROM ${readParquet(hostPaths)}`;
  const statements = [sql`SELECT ${counts} FROM (${seconds}) WHERE isfinite(s)`];
  const [row = []] = await builder.run({ statements, reads: hostPaths }, signal);
  const [all, beyond, typical] = row.map(Number) as [number, number, number];
  const unit = units.find(({ max }) => typical <= max);
  if (beyond * 2 <= all || unit === undefined) return;
  throw new PondError(
    'invalid-content',
    `most times are beyond the year 9999: ${column.name} looks like ${unit.name}`,
    {
      hint: `Times are seconds since 1970 UTC: divide them by ${unit.perSecond} in a Derive resource.`,
    },
  );
}

/** Returns true if there are times, and none of them is after the year 9999: requireSeconds needs no row. */
export function areUsualTimes(time: FileFacts['time']): boolean {
  const maxUs = BigInt(secondsMax) * 1_000_000n;
  return time !== undefined && time.minUs >= -maxUs && time.maxUs <= maxUs;
}

function secondsSql(column: Column): SqlText {
  if (isPointInTime(column.type)) return sql`epoch_us(${timeSql(column)}) / 1e6`;
  return sql`${identifier(column.name)}::DOUBLE`;
}
