/** Lengths of calendar time, UTC. */
export type PeriodUnit = 'year' | 'month' | 'day';

/** A range of time, microseconds since 1970 UTC. */
export interface Period {
  readonly startUs: bigint;
  /** Exclusive: the start of the next period. */
  readonly endUs: bigint;
}

const dayUs = 86_400_000_000n;

/**
 * Returns the calendar periods from the one with `minUs` to the one with `maxUs`, in order; none if `maxUs` is earlier.
 * With a `count`, a period consists of that many units, counted from year 0; days are counted from 1970.
 */
export function periodsBetween(minUs: bigint, maxUs: bigint, unit: PeriodUnit, count = 1): readonly Period[] {
  const periods: Period[] = [];
  const last = indexOf(maxUs, unit, count);
  for (let index = indexOf(minUs, unit, count); index <= last; index++) {
    periods.push({ startUs: startOf(index * count, unit), endUs: startOf((index + 1) * count, unit) });
  }
  return periods;
}

/** Returns the number of periods that periodsBetween would return, without creating them. */
export function countPeriods(minUs: bigint, maxUs: bigint, unit: PeriodUnit, count = 1): number {
  return Math.max(0, indexOf(maxUs, unit, count) - indexOf(minUs, unit, count) + 1);
}

/** Returns the index of a period; consecutive periods have consecutive indexes. */
function indexOf(us: bigint, unit: PeriodUnit, count: number): number {
  const day = floorDivide(us, dayUs);
  if (unit === 'day') return Math.floor(day / count);
  const { year, month } = monthOf(day);
  return Math.floor((unit === 'year' ? year : year * 12 + month) / count);
}

/** Returns the start of the unit with that index, microseconds. */
function startOf(index: number, unit: PeriodUnit): bigint {
  if (unit === 'day') return BigInt(index) * dayUs;
  const months = unit === 'year' ? index * 12 : index;
  return BigInt(firstDayOf(Math.floor(months / 12), ((months % 12) + 12) % 12)) * dayUs;
}

function floorDivide(a: bigint, b: bigint): number {
  return Number(a / b - (a % b < 0n ? 1n : 0n));
}

/*
 * The Gregorian calendar; JavaScript's Date covers fewer years than DuckDB's TIMESTAMP. Years begin in March here, so
 * that the leap day is their last day; 400 years are 146 097 days, and 1 March 0 is 719 468 days before 1970.
 */

/** `month` from 0 to 11, January to December. */
function firstDayOf(year: number, month: number): number {
  const [marchYear, marchMonth] = month < 2 ? [year - 1, month + 10] : [year, month - 2];
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + Math.floor((marchMonth * 153 + 2) / 5) - 719_468;
}

function monthOf(day: number): { readonly year: number; readonly month: number } {
  // An estimate within a month of the true value, which is then looked up.
  const months = Math.floor((day + 719_528) / 30.436_875);
  const found = [months + 1, months, months - 1].find(
    (index) => firstDayOf(Math.floor(index / 12), ((index % 12) + 12) % 12) <= day,
  );
  const index = found ?? months - 2;
  return { year: Math.floor(index / 12), month: ((index % 12) + 12) % 12 };
}
