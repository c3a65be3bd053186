/** Readings that are not stored as the service now has them: those that came late, and those that it changed. */
import { type WorkingDirectory } from '../../../tinyfs/workingDirectory.ts';
import { PondError } from '../../../base/error.ts';
import { storedRows } from '../../series/storedRows.ts';
import { type RowGroup } from './readingWindow.ts';
import { lowerBound } from './times.ts';

/** Differences between what the service has and what is stored. */
interface LateRows {
  /** The values that are missing in the series or others there; all other values are missing here. */
  readonly rows: RowGroup | undefined;
  /** Values where none was stored. */
  readonly added: number;
  /** Values where another one was stored. */
  readonly changed: number;
}

/** Values in the rows of a group, by column: NaN where there are none. */
type Values = ReadonlyMap<string, Float64Array>;

/**
 * Returns the stored values at the times and in the columns of a group. Of several values at one place, that of the
 * latest version counts, and in it the last, as in a Combine. Fails `invalid-content` for rows without times in seconds,
 * and as the pond.
 */
export async function storedValues(
  home: WorkingDirectory,
  path: string,
  { times, columns }: RowGroup,
): Promise<Values> {
  const stored = new Map([...columns.keys()].map((name) => [name, new Float64Array(times.length).fill(NaN)]));
  const range = { minUs: times[0]! * 1e6, maxUs: times[times.length - 1]! * 1e6 };
  for await (const row of storedRows(home, path, { columns: ['Timestamp', ...columns.keys()], range })) {
    const time = row['Timestamp'];
    if (typeof time !== 'bigint' && typeof time !== 'number') {
      throw new PondError('invalid-content', `${path} has a row whose Timestamp is not a number of seconds`, {
        path,
        hint: 'Restore the series from a commit before it was changed.',
      });
    }
    const index = lowerBound(times, Number(time), times.length);
    if (times[index] !== Number(time)) continue;
    for (const [name, values] of stored) {
      const value = row[name];
      if (typeof value === 'number' || typeof value === 'bigint') values[index] = Number(value);
    }
  }
  return stored;
}

/** Returns the values of a group that differ from the stored ones. */
export function lateRows({ times, columns }: RowGroup, stored: Values): LateRows {
  let [added, changed] = [0, 0];
  const rows: number[] = [];
  const differs = (row: number, name: string): boolean => {
    const [value, before] = [columns.get(name)![row]!, stored.get(name)![row]!];
    return !Number.isNaN(value) && value !== before;
  };
  const names = [...columns.keys()];
  for (let row = 0; row < times.length; row++) {
    const different = names.filter((name) => differs(row, name));
    if (different.length > 0) rows.push(row);
    const missing = different.filter((name) => Number.isNaN(stored.get(name)![row])).length;
    added += missing;
    changed += different.length - missing;
  }
  if (rows.length === 0) return { rows: undefined, added, changed };
  const different = names.filter((name) => rows.some((row) => differs(row, name)));
  const valuesOf = (name: string): Float64Array =>
    Float64Array.from(rows, (row) => (differs(row, name) ? columns.get(name)![row]! : NaN));
  return {
    rows: {
      times: Float64Array.from(rows, (row) => times[row]!),
      columns: new Map(different.map((name) => [name, valuesOf(name)])),
      points: added + changed,
    },
    added,
    changed,
  };
}
