import { type Duration } from '../../../base/duration.ts';
import { countPeriods, type Period, periodsBetween, type PeriodUnit } from '../../series/periods.ts';
import { lengthUsMax } from './resolution.ts';
import { joinRanges, type AggregateRange } from './ranges.ts';

const dayUs = 86_400_000_000;

/** Lengths of the periods into which an output is divided, with a lower bound of the number of days. */
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

/**
 * Opening a file costs about as much as folding this many buckets of the base length, or reading this many output
 * buckets.
 */
const [baseBucketsMin, bucketsMin] = [30_000, 250];

/** Reading a series opens all of its files. */
const periodsMax = 128;

/**
 * Returns the periods into which an output is divided, where its data may be: each long enough to be worth a file, and
 * not too many. A bucket belongs to the period in which it begins, so late data changes only its own period. As data
 * grow, periods become longer from time to time.
 */
export function periodsOf(duration: Duration, baseUs: number, ranges: readonly AggregateRange[]): readonly Period[] {
  // The first bucket may begin before the first row.
  const wider = joinRanges(ranges.map(({ minUs, maxUs }) => ({ minUs: minUs - lengthUsMax(duration), maxUs })));
  const length = lengths.find(
    ({ unit, count, days }) =>
      days * dayUs >= Math.max(bucketsMin * Number(lengthUsMax(duration)), baseBucketsMin * baseUs) &&
      wider.reduce((sum, { minUs, maxUs }) => sum + countPeriods(minUs, maxUs, unit, count), 0) <= periodsMax,
  );
  const { unit, count } = length ?? lengths.at(-1)!;
  const periods = wider.flatMap(({ minUs, maxUs }) => periodsBetween(minUs, maxUs, unit, count));
  return periods.filter(({ startUs }, i) => startUs !== periods[i - 1]?.startUs);
}
