/** Which pass of a repeated hour the times of a file are of, by the order of its rows. */

/** The times that clocks show twice: microseconds as if they were UTC, the end exclusive. */
interface RepeatedHour {
  readonly fromUs: number;
  readonly toUs: number;
}

/** A row with a time near a repeated hour or in it. */
export interface TimedRow {
  /** Number of the row in the file, from 1. */
  readonly row: number;
  /** The same without rows that have no time. */
  readonly place: number;
  /** As the clock showed it. */
  readonly us: number;
}

/** The rows of one repeated hour that follow each other. */
interface RepeatedRun {
  /** At least one, in the order of the file. */
  readonly rows: readonly TimedRow[];
  /** Those of the first pass; undefined where the order does not show it. */
  readonly first: readonly TimedRow[] | undefined;
}

/** The runs of times of a repeated hour among the rows near it, which are in the order of the file. */
export function repeatedRuns(
  near: readonly TimedRow[],
  hour: RepeatedHour,
  { placeMax }: { readonly placeMax: number },
): readonly RepeatedRun[] {
  return adjacentRows(near).flatMap((rows): readonly RepeatedRun[] => {
    const own = rows.filter((row) => isIn(hour, row));
    if (own.length === 0) return [];
    const isWhole = { begins: rows[0]!.place === 1, ends: rows.at(-1)!.place === placeMax };
    const up = fitOf(rows, hour, isWhole);
    const down = fitOf(rows.toReversed(), hour, { begins: isWhole.ends, ends: isWhole.begins });
    // What both orders fit is not shown by either.
    const count = up === undefined ? down?.first : down === undefined ? up.first : undefined;
    if (count === undefined) return [{ rows: own, first: undefined }];
    return [{ rows: own, first: up === undefined ? own.slice(own.length - count) : own.slice(0, count) }];
  });
}

const isIn = ({ fromUs, toUs }: RepeatedHour, { us }: TimedRow): boolean => us >= fromUs && us < toUs;

/** Rows divided where others come between. */
function adjacentRows(rows: readonly TimedRow[]): readonly (readonly TimedRow[])[] {
  const found: TimedRow[][] = [];
  for (const row of rows) {
    const last = found.at(-1);
    if (last?.at(-1)?.place === row.place - 1) last.push(row);
    else found.push([row]);
  }
  return found;
}

/** Fit of rows in the order of time. */
interface Fit {
  /** Number of times of the first pass, which come first; undefined where it can be several. */
  readonly first: number | undefined;
}

/** Undefined for rows that are not in the order of time, however the repeated times are read. */
function fitOf(
  rows: readonly TimedRow[],
  hour: RepeatedHour,
  { begins, ends }: { readonly begins: boolean; readonly ends: boolean },
): Fit | undefined {
  const from = rows.findIndex((row) => isIn(hour, row));
  const to = rows.findLastIndex((row) => isIn(hour, row)) + 1;
  if (!rows.slice(from, to).every((row) => isIn(hour, row))) return undefined;
  const steps = rows.slice(1).map(({ us }, index) => us - rows[index]!.us);
  const isInner = (_: number, index: number): boolean => index >= from && index + 1 < to;
  const outer = steps.filter((step, index) => !isInner(step, index));
  if (outer.some((step) => step < 0)) return undefined;
  // Where no two rows have the same time, a time that comes again is the second pass.
  const isStrict = outer.length > 0 && outer.every((step) => step > 0);
  const isBack = (step: number): boolean => step < 0 || (isStrict && step === 0);
  const back = steps.flatMap((step, index) => (isInner(step, index) && isBack(step) ? [index + 1 - from] : []));
  if (back.length > 1) return undefined;
  if (back.length === 1) return { first: back[0] };
  return {
    first: isRegular(steps)
      ? atOpenEnd({ begins: begins && from === 0, ends: ends && to === rows.length }, to - from)
      : undefined,
  };
}

/** Steps from which an interval is known. */
const stepsMin = 2;

const isRegular = (steps: readonly number[]): boolean =>
  steps.length >= stepsMin && steps.every((step) => step > 0 && step === steps[0]);

/**
 * The number of times of the first pass in a file that begins or ends in the hour: those before it at the interval of the
 * others are of the first pass, and those after it of the second.
 */
function atOpenEnd(open: { readonly begins: boolean; readonly ends: boolean }, count: number): number | undefined {
  if (open.begins === open.ends) return undefined;
  return open.begins ? 0 : count;
}
