import { type Plotted } from './plotted.ts';

/** One series as points: more points than pixels are useless. */
interface Points {
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
}

/**
 * Points of a series to draw: all if there are at most `most`; else the minimum and maximum of each range of rows, so
 * that no peak is lost, or every n-th row if rows share an x and form no line.
 */
export function thinned({ x, repeats }: Plotted, y: readonly (number | null)[], most: number): Points {
  if (x.length <= most) return { x, y };
  const kept = repeats ? everyNth(x.length, most) : extremes(y, most);
  return { x: kept.map((row) => x[row] ?? 0), y: kept.map((row) => y[row] ?? null) };
}

function everyNth(rows: number, most: number): readonly number[] {
  const step = Math.ceil(rows / most);
  return Array.from({ length: Math.ceil(rows / step) }, (_, index) => index * step);
}

/** Rows of the minimum and maximum of each range, or one row without a value for a range without values. */
function extremes(y: readonly (number | null)[], most: number): readonly number[] {
  const step = Math.ceil((y.length * 2) / most);
  const rows: number[] = [];
  for (let start = 0; start < y.length; start += step) {
    let [low, high] = [start, start];
    for (let row = start; row < Math.min(start + step, y.length); row++) {
      const value = y[row] ?? null;
      if (value === null) continue;
      if (value < (y[low] ?? Infinity)) low = row;
      if (value > (y[high] ?? -Infinity)) high = row;
    }
    rows.push(Math.min(low, high));
    if (low !== high) rows.push(Math.max(low, high));
  }
  return rows;
}
