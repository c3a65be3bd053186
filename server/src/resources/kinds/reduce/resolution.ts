import { type Duration } from '../../../base/duration.ts';
import { sql, type SqlText } from '../../../duckdb/sql.ts';
import { type Period } from '../../series/periods.ts';

const dayUs = 86_400_000_000;

/** DuckDB's intervals have 32 bits for months. A bucket of more months covers all possible times. */
const monthsMax = 2 ** 31 - 1;

/**
 * Buckets are folded from common finer ones if those are at most this many times finer than the finest of the
 * collection.
 */
const finerMax = 8;

/**
 * Returns the length, in microseconds, of the base buckets from which those of `duration` are folded: a common length
 * for the collection, if one divides each of its lengths and is not much finer than the finest.
 */
export function baseUsOf(duration: Duration, collection: readonly Duration[]): number {
  const units = collection.map(unitUs);
  const common = units.reduce(greatestCommonDivisor);
  return common * finerMax >= Math.min(...units) ? common : unitUs(duration);
}

/** A month begins with a day, as do the weeks and days from which all shorter buckets are counted. */
function unitUs({ months, microseconds }: Duration): number {
  return months > 0 ? dayUs : microseconds;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/**
 * Returns the SQL for the start of the bucket that contains a UTC TIMESTAMP. As in DuckDB, buckets of months are
 * counted from 2000-01-01, all others from Monday 2000-01-03.
 */
export function bucketSql(duration: Duration, time: SqlText): SqlText {
  return sql`time_bucket(${widthSql(duration)}, ${time})`;
}

/** Returns the SQL for the length of a bucket, an INTERVAL. */
export function widthSql({ months, microseconds }: Duration): SqlText {
  return months > 0 ? sql`to_months(${Math.min(months, monthsMax)})` : sql`to_microseconds(${microseconds})`;
}

/** Returns an upper bound of the length of a bucket, microseconds; exact or slightly longer. */
export function lengthUsMax({ months, microseconds }: Duration): bigint {
  return BigInt(months) * 31n * BigInt(dayUs) + BigInt(microseconds);
}

/** Monday 2000-01-03, microseconds since 1970 UTC. */
const originUs = 946_857_600_000_000n;

/**
 * Returns the range of time with all rows of the buckets that begin in a period. Exact except for buckets of months,
 * where it may include rows of other buckets.
 */
export function windowOf(duration: Duration, { startUs, endUs }: Period): Period {
  if (duration.months > 0) return { startUs, endUs: endUs + lengthUsMax(duration) };
  return { startUs: nextStartUs(duration, startUs), endUs: nextStartUs(duration, endUs) };
}

/** Start of the first bucket that begins at or after a time. */
function nextStartUs({ microseconds }: Duration, us: bigint): bigint {
  const length = BigInt(microseconds);
  const into = (((us - originUs) % length) + length) % length;
  return into === 0n ? us : us + length - into;
}
