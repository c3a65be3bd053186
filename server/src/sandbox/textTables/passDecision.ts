import { type ClockChange } from './clockChanges.ts';
import { repeatedRuns, type TimedRow } from './repeatedTimes.ts';

/** Rows whose times are of the first pass of an hour that clocks repeat. */
interface FirstRows {
  /** Number of the first one in the file, from 1. */
  readonly from: number;
  /** That after the last one. */
  readonly to: number;
  /** Length of the repeated hour, microseconds: 30 minutes on Lord Howe Island. */
  readonly us: number;
}

/** The repeated times of a column. */
export interface TimePasses {
  readonly column: string;
  readonly first: readonly FirstRows[];
  /** Number of times of the first pass and of the second, and of those among them whose pass is as stated. */
  readonly counts: { readonly first: number; readonly second: number; readonly stated: number };
}

/** The rows of a column near changes of the clocks, in the order of the file. */
export interface NearRows {
  readonly rows: readonly TimedRow[];
  /** Number of rows of the file that have a time. */
  readonly placeMax: number;
}

/** A time that cannot be read, by its row, and the change of the clocks that is the reason. */
export interface UnreadTime {
  readonly row: number;
  readonly change: ClockChange;
}

/** Rows with times this far from a repeated hour show the order of a file, microseconds. */
export const nearUs = 3 * 3_600_000_000;

/**
 * Decides the pass of each repeated time by the order of the rows, or as stated; or returns the first time that cannot
 * be read.
 */
export function decidePasses(
  column: string,
  { rows, placeMax }: NearRows,
  { changes, stated }: { readonly changes: readonly ClockChange[]; readonly stated: 'first' | 'second' | undefined },
): TimePasses | UnreadTime {
  const first: FirstRows[] = [];
  const counts = { first: 0, second: 0, stated: 0 };
  for (const change of changes) {
    const { kind, fromUs, toUs } = change;
    const within = (marginUs: number): readonly TimedRow[] =>
      rows.filter(({ us }) => us >= fromUs - marginUs && us < toUs + marginUs);
    if (kind === 'skipped') {
      const [skipped] = within(0);
      if (skipped !== undefined) return { row: skipped.row, change };
      continue;
    }
    for (const run of repeatedRuns(within(nearUs), change, { placeMax })) {
      const own = run.first ?? (stated === undefined ? undefined : stated === 'first' ? run.rows : []);
      if (own === undefined) return { row: run.rows[0]!.row, change };
      counts.first += own.length;
      counts.second += run.rows.length - own.length;
      if (run.first === undefined) counts.stated += run.rows.length;
      first.push(...rangesOf(own, toUs - fromUs));
    }
  }
  return { column, first, counts };
}

/** Rows as ranges of adjacent ones. */
function rangesOf(rows: readonly TimedRow[], us: number): readonly FirstRows[] {
  const ranges: FirstRows[] = [];
  for (const { row } of rows) {
    const last = ranges.at(-1);
    if (last?.to === row) ranges[ranges.length - 1] = { ...last, to: row + 1 };
    else ranges.push({ from: row, to: row + 1, us });
  }
  return ranges;
}
