/** How a result is cut in parts: along the calendar, so that new data changes the parts of its own time only. */
import { type Period, periodsBetween, type PeriodUnit } from '../../series/periods.ts';
import { type Segment } from './segments.ts';

/** A part of a result: the rows of a period, with the pieces that may have such rows, at least one. */
export interface Part {
  readonly period: Period;
  readonly pieces: readonly Segment[];
}

/** A length of the parts. One that has more rows than `rowsMax` is divided into the next. */
interface Length {
  readonly unit: PeriodUnit;
  readonly count: number;
  readonly rowsMax: number;
}

/** A part need not be small, but it must not be made again in full for each new row. */
const lengths: readonly Length[] = [
  { unit: 'year', count: 10, rowsMax: 50_000 },
  { unit: 'year', count: 2, rowsMax: 250_000 },
  { unit: 'year', count: 1, rowsMax: 500_000 },
  { unit: 'month', count: 1, rowsMax: 2_000_000 },
  { unit: 'day', count: 1, rowsMax: Infinity },
];

/**
 * Clocks that are not set say strange times. What is before 1900 is one part, and so is what is after 2100; what is
 * beyond 288 000 years is no time.
 */
const [calendarStartUs, calendarEndUs] = [-2_208_988_800_000_000n, 4_102_444_800_000_000n];
const [timeMinUs, timeMaxUs] = [-9_100_000_000_000_000_000n, 9_100_000_000_000_000_000n];

/** All time that a result may be about. */
export const wholeTime: Period = { startUs: timeMinUs, endUs: timeMaxUs };

/**
 * Returns the parts in order of time; none when there are no rows. Each period is divided by itself: one that nothing
 * is added to stays as it is.
 */
export function divide(pieces: readonly Segment[]): readonly Part[] {
  const span = spanOf(pieces);
  if (span === undefined) return [];
  const first = span.minUs < calendarStartUs ? calendarStartUs : span.minUs;
  const last = span.maxUs < calendarEndUs ? span.maxUs : calendarEndUs - 1n;
  const periods = [
    { startUs: timeMinUs, endUs: calendarStartUs },
    ...periodsOf(first, last, 0),
    { startUs: calendarEndUs, endUs: timeMaxUs },
  ];
  return divideInto(periods, 0, pieces);
}

function divideInto(periods: readonly Period[], level: number, pieces: readonly Segment[]): readonly Part[] {
  const parts: Part[] = [];
  for (const period of periods) {
    const inside = pieces.filter((piece) => rowsIn(piece, period) > 0);
    if (inside.length === 0) continue;
    const isCalendar = period.startUs >= calendarStartUs && period.endUs <= calendarEndUs;
    if (!isCalendar || rowsOfSeries(inside, period) <= lengths[level]!.rowsMax) {
      parts.push({ period, pieces: inside });
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

/** About how many rows of the series with the most of them are in a period. */
function rowsOfSeries(pieces: readonly Segment[], period: Period): number {
  const rows = new Map<number, number>();
  for (const piece of pieces) rows.set(piece.series, (rows.get(piece.series) ?? 0) + rowsIn(piece, period));
  return Math.max(...rows.values());
}

/** About how many rows of a piece are in a period, as if they were evenly spread; 0 only when there are none. */
function rowsIn(piece: Segment, { startUs, endUs }: Period): number {
  const { time, rowCount } = piece.facts;
  if (time === undefined || time.maxUs < startUs || time.minUs >= endUs) return 0;
  const from = time.minUs > startUs ? time.minUs : startUs;
  const to = time.maxUs < endUs ? time.maxUs : endUs;
  return (rowCount * Number(to - from + 1n)) / Number(time.maxUs - time.minUs + 1n);
}

function spanOf(pieces: readonly Segment[]): { readonly minUs: bigint; readonly maxUs: bigint } | undefined {
  const times = pieces.flatMap(({ facts }) => facts.time ?? []);
  const [first] = times;
  if (first === undefined) return undefined;
  return {
    minUs: times.reduce((least, { minUs }) => (minUs < least ? minUs : least), first.minUs),
    maxUs: times.reduce((most, { maxUs }) => (maxUs > most ? maxUs : most), first.maxUs),
  };
}
