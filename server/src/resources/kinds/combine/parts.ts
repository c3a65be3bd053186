/** Divides a result into parts along the calendar, so that new data changes only the parts of its own time. */
import { type Period, periodsBetween, type PeriodUnit } from '../../series/periods.ts';
import { type Segment } from './segment.ts';

/** A part of a result: the rows of a period, with the segments that may have such rows, at least one. */
export interface Part {
  readonly period: Period;
  readonly segments: readonly Segment[];
}

/** Length of parts. A part with more than `rowsMax` rows is divided into parts of the next length. */
interface Length {
  readonly unit: PeriodUnit;
  readonly count: number;
  readonly rowsMax: number;
}

/** A part may be large, but must not be rebuilt in full for each new row. */
const lengths: readonly Length[] = [
  { unit: 'year', count: 10, rowsMax: 50_000 },
  { unit: 'year', count: 2, rowsMax: 250_000 },
  { unit: 'year', count: 1, rowsMax: 500_000 },
  { unit: 'month', count: 1, rowsMax: 2_000_000 },
  { unit: 'day', count: 1, rowsMax: Infinity },
];

/**
 * Clocks that are not set report wrong times. All times before 1900 are one part, and so are all after 2100; times
 * beyond 288 000 years are invalid.
 */
const [calendarStartUs, calendarEndUs] = [-2_208_988_800_000_000n, 4_102_444_800_000_000n];
const [timeMinUs, timeMaxUs] = [-9_100_000_000_000_000_000n, 9_100_000_000_000_000_000n];

/** The full range of times in a result. */
export const wholeTime: Period = { startUs: timeMinUs, endUs: timeMaxUs };

/**
 * Returns the parts in time order; none if there are no rows. Each period is divided independently, so a period without
 * new data stays as it is.
 */
export function divide(segments: readonly Segment[]): readonly Part[] {
  const span = spanOf(segments);
  if (span === undefined) return [];
  const first = span.minUs < calendarStartUs ? calendarStartUs : span.minUs;
  const last = span.maxUs < calendarEndUs ? span.maxUs : calendarEndUs - 1n;
  const periods = [
    { startUs: timeMinUs, endUs: calendarStartUs },
    ...periodsOf(first, last, 0),
    { startUs: calendarEndUs, endUs: timeMaxUs },
  ];
  return divideInto(periods, 0, segments);
}

function divideInto(periods: readonly Period[], level: number, segments: readonly Segment[]): readonly Part[] {
  const parts: Part[] = [];
  for (const period of periods) {
    const inside = segments.filter((segment) => rowsIn(segment, period) > 0);
    if (inside.length === 0) continue;
    const isCalendar = period.startUs >= calendarStartUs && period.endUs <= calendarEndUs;
    if (!isCalendar || rowsOfSeries(inside, period) <= lengths[level]!.rowsMax) {
      parts.push({ period, segments: inside });
    } else {
      const shorter = periodsOf(period.startUs, period.endUs - 1n, level + 1);
      parts.push(...divideInto(shorter, level + 1, inside));
    }
  }
  return parts;
}

function periodsOf(minUs: bigint, maxUs: bigint, level: number): readonly Period[] {
  const { unit, count } = lengths[level]!;
  return periodsBetween(minUs, maxUs, unit, count);
}

/** Estimated number of rows in a period, for the series with the most. */
function rowsOfSeries(segments: readonly Segment[], period: Period): number {
  const rows = new Map<number, number>();
  for (const segment of segments) rows.set(segment.series, (rows.get(segment.series) ?? 0) + rowsIn(segment, period));
  return Math.max(...rows.values());
}

/** Estimated number of rows of a segment in a period, assuming an even distribution; 0 only if there are none. */
function rowsIn(segment: Segment, { startUs, endUs }: Period): number {
  const { time, rowCount } = segment.facts;
  if (time === undefined || time.maxUs < startUs || time.minUs >= endUs) return 0;
  const from = time.minUs > startUs ? time.minUs : startUs;
  const to = time.maxUs < endUs ? time.maxUs : endUs;
  return (rowCount * Number(to - from + 1n)) / Number(time.maxUs - time.minUs + 1n);
}

function spanOf(segments: readonly Segment[]): { readonly minUs: bigint; readonly maxUs: bigint } | undefined {
  const times = segments.flatMap(({ facts }) => facts.time ?? []);
  const [first] = times;
  if (first === undefined) return undefined;
  return {
    minUs: times.reduce((least, { minUs }) => (minUs < least ? minUs : least), first.minUs),
    maxUs: times.reduce((most, { maxUs }) => (maxUs > most ? maxUs : most), first.maxUs),
  };
}
