/** Assignment of the columns of a plot to shared axes. */
import { type PlotRange } from '../../../../server/src/protocol/commands.ts';

/** Properties of a column that determine its panel. */
export interface Measured {
  /** Name of the column. */
  readonly measured: string;
  readonly y: readonly (number | null)[];
}

/** Columns that share an axis. */
export interface Panel<Series extends Measured> {
  /** Unit of all columns; empty when their names do not contain one. */
  readonly unit: string;
  readonly series: readonly Series[];
}

/** Minimum share of the panel's height: a line with less looks flat. */
const heightMin = 1 / 5;

/**
 * Groups columns that are readable on one axis: those of one unit, none of which would be flattened by the others.
 * Keeps the order of the columns.
 */
export function panelsOf<Series extends Measured>(all: readonly Series[]): readonly Panel<Series>[] {
  const panels: { readonly unit: string; readonly series: Series[]; readonly ranges: PlotRange[] }[] = [];
  for (const series of all) {
    const unit = unitOf(series.measured);
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

/**
 * Unit in a name: the last part of `INSTRUMENT.NAME.UNIT`, optionally followed by an aggregate, or in brackets at the end,
 * as in `depth (m)`; else empty.
 */
export function unitOf(name: string): string {
  const bracketed = /[([]([^()[\]]{1,16})[)\]]$/.exec(name)?.[1];
  if (bracketed !== undefined) return bracketed;
  const parts = name.replace(/\.(avg|min|max|count|sum)$/, '').split('.');
  return parts.length < 3 ? '' : (parts.at(-1) ?? '');
}

/** True when each range that is not constant fills its minimum share of the common height. */
function fit(ranges: readonly PlotRange[]): boolean {
  const height = Math.max(...ranges.map(({ high }) => high)) - Math.min(...ranges.map(({ low }) => low));
  return ranges.every(({ low, high }) => high <= low || high - low >= height * heightMin);
}

/** Minimum and maximum; inverted (Infinity, -Infinity) when there are no values. */
function rangeOf(values: readonly (number | null)[]): PlotRange {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value === null) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}
