/**
 * Checks the unit of numeric times: milliseconds read as seconds would be dates of the year 50000, and smaller units
 * would be out of range.
 */
import { PondError } from '../../base/error.ts';
import { identifier } from '../../duckdb/sql.ts';
import { type HostFile } from '../../pond/types.ts';
import { type FileFacts } from '../../sandbox/build.ts';
import { parquetReading, readSql } from '../../sandbox/formats.ts';
import { type Column } from '../../sandbox/types.ts';
import { type Job } from '../../base/job.ts';
import { type Materializer } from '../../materialize/materializer.ts';
import { timeColumnOf, timeSql } from './time.ts';

/** Seconds from 1970 to the end of the year 9999, which means "never" in many systems. */
const secondsMax = 253_402_300_800;

/** Range of times up to about the year 2200 in smaller units, and the number of units per second. */
const units = [
  { name: 'milliseconds', perSecond: '1000', most: 7.3e12 },
  { name: 'microseconds', perSecond: '1000000', most: 7.3e15 },
  { name: 'nanoseconds', perSecond: '1000000000', most: 7.3e18 },
] as const;

/**
 * Fails `invalid-content` if most times of Parquet files are after the year 9999, as happens when milliseconds are read
 * as seconds. A few outliers are accepted: they come from clocks that are set wrong. At least one file.
 */
export async function requireSeconds(
  files: readonly HostFile[],
  { columns, rowCount, time }: FileFacts,
  { builder }: Materializer,
  { signal }: Job,
): Promise<void> {
  const column = timeColumnOf(columns);
  if (column === undefined || rowCount === 0 || isWithin(time)) return;
  const hostPaths = files.map(({ hostPath }) => hostPath);
  const source = readSql(parquetReading, hostPaths);
  const isBeyond = `abs(s) > ${secondsMax} AND abs(s) <= ${units.at(-1)!.most}`;
  const counts = `count(s), count(s) FILTER (${isBeyond}), median(abs(s)) FILTER (${isBeyond})`;
  const seconds = `SELECT ${secondsSql(column)} AS s FROM (${source})`;
  const statements = [`SELECT ${counts} FROM (${seconds}) WHERE isfinite(s)`];
  const [row = []] = await builder.run({ statements, reads: hostPaths }, signal);
  const [all, beyond, typical] = row.map(Number) as [number, number, number];
  const unit = units.find(({ most }) => typical <= most);
  if (beyond * 2 <= all || unit === undefined) return;
  throw new PondError(
    'invalid-content',
    `most times are beyond the year 9999: ${column.name} looks like ${unit.name}`,
    {
      hint: `Times are seconds since 1970 UTC: divide them by ${unit.perSecond} in a Derive resource.`,
    },
  );
}

function isWithin(time: FileFacts['time']): boolean {
  const mostUs = BigInt(secondsMax) * 1_000_000n;
  return time !== undefined && time.minUs >= -mostUs && time.maxUs <= mostUs;
}

function secondsSql(column: Column): string {
  const isNumber = !/^(TIMESTAMP|DATE)/.test(column.type);
  return isNumber ? `${identifier(column.name)}::DOUBLE` : `epoch_us(${timeSql(column)}) / 1e6`;
}
