import { type Duration } from '../duration.ts';
import { joinStretches, type Stretch } from './stretches.ts';
import { countPeriods, type Period, periodsBetween, type PeriodUnit } from '../series/periods.ts';

const dayUs = 86_400_000_000;

/** DuckDB's intervals have 32 bits for months. A bucket of more months holds all that a time can be. */
const monthsMax = 2 ** 31 - 1;

/** Buckets are folded from finer ones of the same collection when those are at most so many times finer than the finest. */
const finerMax = 8;

/**
 * Returns the length, microseconds, of the buckets that those of `duration` are folded from: the same for all of a
 * collection, if there is one that fits exactly into each and is not much finer than the finest.
 */
export function baseUsOf(duration: Duration, collection: readonly Duration[]): number {
  const units = collection.map(unitUs);
  const common = units.reduce(greatestCommonDivisor);
  return common * finerMax >= Math.min(...units) ? common : unitUs(duration);
}

/** A month begins with a day, as do the weeks and days that all shorter buckets are counted from. */
function unitUs({ months, microseconds }: Duration): number {
  return months > 0 ? dayUs : microseconds;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/**
 * Returns the SQL for the start of the bucket that a UTC TIMESTAMP is in. As in DuckDB, buckets of months are counted from
 * 2000-01-01, all others from Monday 2000-01-03.
 */
export function bucketSql({ months, microseconds }: Duration, time: string): string {
  const width = months > 0 ? `to_months(${Math.min(months, monthsMax)})` : `to_microseconds(${microseconds})`;
  return `time_bucket(${width}, ${time})`;
}

/** Returns the length of a bucket, or a little more, microseconds. */
export function lengthUsMax({ months, microseconds }: Duration): bigint {
  return BigInt(months) * 31n * BigInt(dayUs) + BigInt(microseconds);
}

/** Monday 2000-01-03, microseconds since 1970 UTC. */
const originUs = 946_857_600_000_000n;

/**
 * Returns the stretch of time with all rows of the buckets that begin in a period. Exact but for buckets of months, which
 * may have rows of others in it.
 */
export function windowOf(duration: Duration, { startUs, endUs }: Period): Period {
  if (duration.months > 0) return { startUs, endUs: endUs + lengthUsMax(duration) };
  return { startUs: nextStartUs(duration, startUs), endUs: nextStartUs(duration, endUs) };
}

/** Start of the first bucket that begins at a time or behind it. */
function nextStartUs({ microseconds }: Duration, us: bigint): bigint {
  const length = BigInt(microseconds);
  const into = (((us - originUs) % length) + length) % length;
  return into === 0n ? us : us + length - into;
}

/** Lengths of the stretches that an output is cut into, each with its days or a little less. */
const lengths: readonly { readonly unit: PeriodUnit; readonly count: number; readonly days: number }[] = [
  { unit: 'day', count: 1, days: 1 },
  { unit: 'day', count: 7, days: 7 },
  { unit: 'month', count: 1, days: 28 },
  { unit: 'month', count: 3, days: 90 },
  { unit: 'year', count: 1, days: 365 },
  { unit: 'year', count: 4, days: 1460 },
  { unit: 'year', count: 10, days: 3652 },
  { unit: 'year', count: 100, days: 36_524 },
  { unit: 'year', count: 1_000_000, days: Infinity },
];

/** A file costs about as much as a few thousand buckets. */
const bucketsMin = 4000;

/** To read a series opens all of its files. */
const periodsMax = 128;

/**
 * Returns the periods that an output is cut into, those that its data may be about: each long enough for a few thousand
 * buckets, and not too many. A bucket is of the period that it begins in, so that late data changes only its own. Data that
 * go on get longer periods, now and then.
 */
export function periodsOf(duration: Duration, stretches: readonly Stretch[]): readonly Period[] {
  // The first bucket may begin before the first row.
  const wider = joinStretches(stretches.map(({ minUs, maxUs }) => ({ minUs: minUs - lengthUsMax(duration), maxUs })));
  const length = lengths.find(
    ({ unit, count, days }) =>
      (days * dayUs) / Number(lengthUsMax(duration)) >= bucketsMin &&
      wider.reduce((sum, { minUs, maxUs }) => sum + countPeriods(minUs, maxUs, unit, count), 0) <= periodsMax,
  );
  const { unit, count } = length ?? lengths.at(-1)!;
  const periods = wider.flatMap(({ minUs, maxUs }) => periodsBetween(minUs, maxUs, unit, count));
  return periods.filter(({ startUs }, i) => startUs !== periods[i - 1]?.startUs);
}
