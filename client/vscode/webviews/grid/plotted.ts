/** Plotted part of a result: columns, and their values as numbers. */
import { type ColumnInfo } from '../../../../server/src/protocol/commands.ts';
import { isNumeric } from './columns.ts';

/** Column of the x axis, and the columns drawn over it, by index. */
interface PlottedColumns {
  readonly x: number;
  /** Interpretation of the text of `x`: a time, seconds since 1970 UTC, or a plain number. */
  readonly scale: 'time' | 'seconds' | 'number';
  readonly ys: readonly number[];
}

/** A plotted column. */
interface PlottedSeries {
  readonly name: string;
  /** A value for each x; null breaks the line. */
  readonly y: readonly (number | null)[];
}

/** Points of a result, sorted by x. */
export interface Plotted {
  readonly xName: string;
  readonly isTime: boolean;
  /** Milliseconds since 1970 UTC when `isTime`. */
  readonly x: readonly number[];
  readonly series: readonly PlottedSeries[];
  /** True when several rows have the same x, so that a line through them is meaningless. */
  readonly repeats: boolean;
}

/**
 * Chooses the columns to plot: x is the first time column or one named Timestamp, as in a series, else the first column
 * if it is a number. All other numbers are drawn. Undefined when there is nothing to plot.
 */
export function plottedColumns(columns: readonly ColumnInfo[]): PlottedColumns | undefined {
  const time = columns.findIndex(({ type }) => /^(DATE|TIMESTAMP.*)$/.test(type));
  const seconds = columns.findIndex(({ name, type }) => name.toLowerCase() === 'timestamp' && isNumeric(type));
  const x = time !== -1 ? time : seconds !== -1 ? seconds : 0;
  const scale = time !== -1 ? 'time' : seconds !== -1 ? 'seconds' : 'number';
  if (scale === 'number' && !isNumeric(columns[0]?.type ?? '')) return undefined;
  const ys = columns.flatMap(({ type }, index) => (index !== x && isNumeric(type) ? [index] : []));
  return ys.length === 0 ? undefined : { x, scale, ys };
}

/** Points of rows, given column by column as the server's texts. Rows without an x are skipped. */
export function plotted(
  columns: readonly ColumnInfo[],
  chosen: PlottedColumns,
  cells: readonly (readonly (string | null)[])[],
): Plotted {
  const name = (index: number): string => columns[index]?.name ?? '';
  const all = (cells[chosen.x] ?? []).map((text) => xOf(text, chosen.scale));
  const order = all.flatMap((x, row) => (Number.isFinite(x) ? [row] : []));
  order.sort((a, b) => (all[a] ?? 0) - (all[b] ?? 0));
  const x = order.map((row) => all[row] ?? 0);
  const series = chosen.ys.map((column) => {
    const columnTexts = cells[column] ?? [];
    return { name: name(column), y: order.map((row) => numberOf(columnTexts[row] ?? null)) };
  });
  const repeats = x.some((value, index) => index > 0 && value === x[index - 1]);
  return { xName: name(chosen.x), isTime: chosen.scale !== 'number', x, series, repeats };
}

/** Maximum number of lines drawn before the user chooses. */
const shownMax = 4;

/**
 * Columns drawn initially: the first and others of the same quantity, by the names of series (`A.Temperature.C` and
 * `B.Temperature.C`); if there are no others, the first few.
 */
export function initialColumns(names: readonly string[]): readonly string[] {
  const measured = (name: string): string => name.slice(name.indexOf('.') + 1);
  const [first = ''] = names;
  const same = first.includes('.') ? names.filter((name) => measured(name) === measured(first)) : [];
  return (same.length > 1 ? same : names).slice(0, shownMax);
}

function xOf(text: string | null, scale: PlottedColumns['scale']): number {
  if (text === null) return NaN;
  if (scale === 'time') return timeOf(text);
  return scale === 'seconds' ? Number(text) * 1000 : Number(text);
}

function numberOf(text: string | null): number | null {
  const value = text === null ? NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

/**
 * Parses DuckDB's text of a DATE or a TIMESTAMP, with a zone or assumed UTC; NaN for any other text, such as infinity.
 */
function timeOf(text: string): number {
  const parts = /^(\d{4,6})-(\d\d)-(\d\d)(?: (\d\d:\d\d:\d\d(?:\.\d{1,3})?)\d*(?:([+-]\d\d)(?::?(\d\d))?)?)?$/.exec(
    text,
  );
  if (parts === null) return NaN;
  const [, year = '', month, day, clock = '00:00:00', zone = '+00', minutes = '00'] = parts;
  const sign = year.length === 4 ? '' : '+';
  return Date.parse(
    `${sign}${year.padStart(year.length === 4 ? 4 : 6, '0')}-${month}-${day}T${clock}${zone}:${minutes}`,
  );
}
