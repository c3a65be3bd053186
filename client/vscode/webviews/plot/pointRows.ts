/** Which rows a point of a plot stands for. */
import {
  type ColumnFilter,
  type Column,
  type PlotRange,
  type TableView,
} from '../../../../server/src/protocol/commands.ts';
import { isInteger, isPointInTime } from '../../../../server/src/base/typeClass.ts';
import { isSeconds } from '../grid/times.ts';
import { type DrawnPanel } from './chart.ts';
import { type DrawnSeries, readingAt } from './series.ts';

/** A point that was chosen in a panel. */
export interface ChosenPoint {
  readonly panel: Pick<DrawnPanel, 'series' | 'yOf'>;
  readonly x: number;
  /** Width of a pixel, in the numbers of the x axis. */
  readonly pixel: number;
  /** Distance from the top of the panel; undefined for a point chosen by the keyboard. */
  readonly top: number | undefined;
}

/** The rows of a point: a series, an interval of x, and an interval of values for points of a grid. */
export interface PointRows {
  readonly series: DrawnSeries;
  readonly start: number;
  readonly end: number;
  readonly values: PlotRange | undefined;
  /** True when the point is nearer to the greatest value of the rows than to the least. */
  readonly isHigh: boolean;
}

/** Distance of a click from the points of a grid that it means, pixels. */
const reach = 4;

/** Returns the rows that are drawn nearest to a point; undefined where nothing is drawn. */
export function rowsAt({ panel, x, pixel, top }: ChosenPoint): PointRows | undefined {
  const [first] = panel.series;
  if (first?.cells !== undefined) return pointsAt({ panel, x, pixel, top });
  let nearest: PointRows | undefined;
  let distance = Infinity;
  for (const series of panel.series) {
    const reading = readingAt(series, x);
    if (reading === undefined || reading.low === null || reading.high === null) continue;
    const [high, low] = [panel.yOf(reading.high), panel.yOf(reading.low)];
    const away = top === undefined ? 0 : top < high ? high - top : top > low ? top - low : 0;
    if (away >= distance) continue;
    const isHigh = top === undefined || Math.abs(top - high) <= Math.abs(top - low);
    nearest = { series, start: reading.start, end: reading.end, values: undefined, isHigh };
    distance = away;
  }
  return nearest;
}

function pointsAt({ panel, x, pixel, top }: ChosenPoint): PointRows | undefined {
  let nearest: PointRows | undefined;
  let distance = Infinity;
  for (const series of panel.series)
    for (const [index, at] of (series.cells?.x ?? []).entries()) {
      const y = series.cells?.y[index] ?? 0;
      const away = Math.hypot((at - x) / pixel, top === undefined ? 0 : panel.yOf(y) - top);
      if (away >= distance) continue;
      const height = Math.abs(valuePerPixel(panel, y)) * reach;
      const values = { low: y - height, high: y + height };
      nearest = { series, start: at - pixel * reach, end: at + pixel * reach, values, isHigh: true };
      distance = away;
    }
  return nearest;
}

/** Values in a pixel of the y axis. */
function valuePerPixel({ yOf }: ChosenPoint['panel'], y: number): number {
  const step = Math.abs(y) * 1e-3 || 1e-3;
  return step / (Math.abs(yOf(y + step) - yOf(y)) || 1);
}

/**
 * Returns the view of the rows of a point: those of a view, in the interval, of the group, with a value; the extreme that
 * is nearer first.
 */
export function viewOfPoint(
  view: TableView,
  { series, start, end, values, isHigh }: PointRows,
  { x, y, by }: { readonly x: Column; readonly y: Column; readonly by: string | undefined },
): TableView {
  const filters: ColumnFilter[] = [
    ...view.filters,
    { column: x.name, kind: 'between', low: textOf(x, start, 'low'), high: textOf(x, end, 'high') },
    values === undefined
      ? { column: y.name, kind: 'present' }
      : { column: y.name, kind: 'between', low: textOf(y, values.low, 'low'), high: textOf(y, values.high, 'high') },
  ];
  const { group } = series.of;
  if (by !== undefined && group !== undefined) filters.push({ column: by, kind: 'values', values: [group] });
  return { sort: [{ column: y.name, descending: isHigh }], filters };
}

/** The text of a position as a value of its column: the next one that is not beyond it. */
function textOf(column: Column, position: number, side: 'low' | 'high'): string {
  const { type } = column;
  if (isPointInTime(type)) return timeValue(position, type);
  const value = isSeconds(column) ? position / 1000 : position;
  if (!isInteger(type)) return String(value);
  return BigInt(side === 'low' ? Math.ceil(value) : Math.floor(value)).toString();
}

/** A time in microseconds as DuckDB reads it. */
function timeValue(ms: number, type: string): string {
  const us = Math.round(ms * 1000);
  const whole = Math.floor(us / 1000);
  const text = new Date(whole).toISOString().replace(/^\+0*/, '').replace('T', ' ').replace('Z', '');
  const micros = String(us - whole * 1000).padStart(3, '0');
  return type === 'DATE' ? (text.split(' ')[0] ?? text) : `${text}${micros}${type.endsWith('ZONE') ? '+00' : ''}`;
}
