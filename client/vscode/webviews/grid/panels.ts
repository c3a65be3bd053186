/** Which columns of a plot share an axis. */

/** What of a column decides where it is drawn. */
export interface Measured {
  readonly name: string;
  readonly y: readonly (number | null)[];
}

/** Columns that are drawn over one another. */
export interface Panel<Series extends Measured> {
  /** What all of them are measured in; empty when their names do not tell. */
  readonly unit: string;
  readonly series: readonly Series[];
}

/** A line that takes a smaller part of the height of its panel looks flat. */
const heightMin = 1 / 5;

interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * Puts columns together that can be read on one axis: those of one unit, none of which would be flattened by the
 * others. In the order of the columns.
 */
export function panelsOf<Series extends Measured>(all: readonly Series[]): readonly Panel<Series>[] {
  const panels: { readonly unit: string; readonly series: Series[]; readonly ranges: Range[] }[] = [];
  for (const series of all) {
    const unit = unitOf(series.name);
    const range = rangeOf(series.y);
    const panel = panels.find((one) => one.unit === unit && fit([...one.ranges, range]));
    if (panel === undefined) panels.push({ unit, series: [series], ranges: [range] });
    else {
      panel.series.push(series);
      panel.ranges.push(range);
    }
  }
  return panels;
}

/** The unit in the name of a series, `INSTRUMENT.NAME.UNIT` with or without an aggregate behind it; else empty. */
export function unitOf(name: string): string {
  const parts = name.replace(/\.(avg|min|max|count|sum)$/, '').split('.');
  return parts.length < 3 ? '' : (parts.at(-1) ?? '');
}

/** True when each that is not constant takes its part of the height that all need. */
function fit(ranges: readonly Range[]): boolean {
  const height = Math.max(...ranges.map(({ high }) => high)) - Math.min(...ranges.map(({ low }) => low));
  return ranges.every(({ low, high }) => high <= low || high - low >= height * heightMin);
}

/** The least and the greatest value; upside down when there is none. */
function rangeOf(values: readonly (number | null)[]): Range {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value === null) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}
