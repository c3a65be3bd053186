import { areaY, axisY, dot, gridY, lineY, plot, ruleX, text } from '@observablehq/plot';
import { type PlotRange } from '../../../../server/src/protocol/commands.ts';
import { shortText } from './axisText.ts';
import { labelRows } from './labelRows.ts';
import { type Panel } from './panels.ts';
import { type DrawnSeries } from './series.ts';
import { xAxis, type XValues } from './xAxis.ts';

/** An event to mark. */
export interface EventMark {
  readonly x: number;
  readonly label: string;
}

/** Common parts of panels. */
interface ChartInfo {
  readonly kind: 'line' | 'area' | 'scatter';
  readonly xName: string;
  readonly xValues: XValues;
  readonly range: PlotRange;
  readonly events: readonly EventMark[];
}

/** A drawn panel, with the scale of its y axis. */
export interface DrawnPanel {
  readonly element: Element;
  readonly series: readonly DrawnSeries[];
  /** The position of a value, pixels from the top of the panel. */
  yOf(value: number): number;
}

/** Minimum height of a panel, and height of the axis below the last panel, pixels. */
const panelMin = 120;
const axisHeight = 36;

/** Room left and right of all panels, pixels. */
export const marginLeft = 56;
export const marginRight = 28;

/** Margin above a panel, which shows its unit, and below each but the last, pixels. */
const marginTop = 22;
const marginBottom = 8;

/** Distance between ticks of the y axis, pixels. */
const tickSpacing = 40;

/** Draws stacked panels over a shared x axis, as high as the available height, or higher. */
export function charts(
  info: ChartInfo,
  panels: readonly Panel<DrawnSeries>[],
  { width, height }: { readonly width: number; readonly height: number },
): readonly DrawnPanel[] {
  const each = Math.max(panelMin, Math.floor((height - axisHeight) / panels.length));
  return panels.map((panel, index) => {
    const isLast = index === panels.length - 1;
    const box = { width, height: isLast ? each + axisHeight : each, isFirst: index === 0, isLast };
    return chart(info, panel, box);
  });
}

interface PanelBox {
  readonly width: number;
  readonly height: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

function chart(
  info: ChartInfo,
  { unit, series }: Panel<DrawnSeries>,
  { width, height, isFirst, isLast }: PanelBox,
): DrawnPanel {
  const { xName, xValues, range, events } = info;
  const isTime = xValues === 'times';
  const at = positions(isTime);
  const across = width - marginLeft - marginRight;
  const pixelOf = (x: number): number => ((x - range.low) / (range.high - range.low || 1)) * across;
  const [only] = series;
  const label = unit !== '' ? unit : series.length === 1 && only !== undefined ? only.name : null;
  const drawn = plot({
    ...{ width, height, marginLeft, marginRight, marginTop },
    marginBottom: isLast ? marginBottom + axisHeight : marginBottom,
    ariaLabel: `${series.map(({ name }) => name).join(', ')} by ${xName}`,
    x: {
      ...{ type: isTime ? 'utc' : 'linear', label: null, nice: false },
      domain: [at(range.low), at(range.high)],
      ...(isLast ? {} : { axis: null }),
    },
    y: { nice: true, label: null, domain: info.kind === 'area' ? [0, ...endsOf(series)] : endsOf(series) },
    marks: [
      gridY({ stroke: 'currentColor', strokeOpacity: 0.12, tickSpacing }),
      isLast ? xAxis({ name: xName, values: xValues }, range, across) : null,
      axisY({ label, labelArrow: 'none', tickSize: 0, tickSpacing, tickFormat: shortText }),
      ...(events.length === 0 ? [] : eventMarks(events, at, { isFirst, pixelOf })),
      ...drawingOrder(series).flatMap((one) => seriesMarks(info.kind, one, at)),
    ],
  });
  adaptToPage(drawn);
  const scale = drawn.scale('y');
  return { element: drawn, series, yOf: (value) => Number(scale?.apply(value) ?? 0) };
}

/**
 * Removes inline styles, which the content security policy forbids and grid.css replaces, and gives each named part a role,
 * without which a name means nothing to a screen reader.
 */
export function adaptToPage(drawn: Element): void {
  for (const style of drawn.querySelectorAll('style')) style.remove();
  for (const part of drawn.querySelectorAll('g[aria-label]:not([role])')) part.setAttribute('role', 'group');
}

type Position = (x: number) => number | Date;

function positions(isTime: boolean): Position {
  return (x) => (isTime ? new Date(x) : x);
}

/** Series of another version first, so that those of the table cover them. */
function drawingOrder(series: readonly DrawnSeries[]): readonly DrawnSeries[] {
  const isOther = ({ version }: DrawnSeries): boolean => version !== undefined;
  return [...series.filter(isOther), ...series.filter((one) => !isOther(one))];
}

/** Least and greatest value; a value alone is in the middle. */
function endsOf(series: readonly DrawnSeries[]): readonly number[] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of series.flatMap(({ y }) => y)) {
    if (value === null) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return [0, 1];
  const around = low === high ? Math.abs(low) * 0.1 || 1 : 0;
  return [low - around, high + around];
}

function seriesMarks(
  kind: ChartInfo['kind'],
  { color, dashed, vertices, lone, cells }: DrawnSeries,
  at: Position,
): readonly ReturnType<typeof dot>[] {
  if (cells !== undefined) {
    const points = cells.x.map((x, index) => ({ x: at(x), y: cells.y[index], points: cells.points[index] ?? 1 }));
    const symbol = dashed ? 'times' : 'circle';
    // Where many points are, the dot is fuller.
    const opacity = (point: { readonly points: number }): number => Math.min(1, 0.45 + Math.log10(point.points) * 0.2);
    return [dot(points, { x: 'x', y: 'y', stroke: color, strokeOpacity: opacity, r: 2, symbol, clip: true })];
  }
  const corners = vertices.map(({ x, y }) => ({ x: at(x), y }));
  const dots = lone.map(({ x, y }) => ({ x: at(x), y }));
  const line = { x: 'x', y: 'y', stroke: color, strokeWidth: 1.5, clip: true } as const;
  return [
    ...(kind === 'area' ? [areaY(corners, { x: 'x', y: 'y', fill: color, fillOpacity: 0.25, clip: true })] : []),
    lineY(corners, { ...line, ...(dashed ? { strokeDasharray: '4 3' } : {}) }),
    ...(dots.length === 0 ? [] : [dot(dots, { x: 'x', y: 'y', fill: color, r: 2, clip: true })]),
  ];
}

/** Lines at the times of events, with labels in the first panel, each in the first row where it covers no other. */
function eventMarks(
  events: readonly EventMark[],
  at: Position,
  { isFirst, pixelOf }: { readonly isFirst: boolean; readonly pixelOf: (x: number) => number },
): readonly ReturnType<typeof dot>[] {
  const marks = events.map(({ x }) => ({ x: at(x) }));
  const rule = ruleX(marks, { x: 'x', stroke: 'currentColor', strokeOpacity: 0.6, strokeDasharray: '2 2', clip: true });
  if (!isFirst) return [rule];
  const rows = labelRows(events.map(({ x, label }) => ({ left: pixelOf(x), width: label.length * labelCharacter })));
  return [
    rule,
    ...rows.map((row, index) =>
      labelMark(
        row.flatMap((event) => events[event] ?? []),
        at,
        index,
      ),
    ),
  ];
}

/** A row of labels of events. */
function labelMark(events: readonly EventMark[], at: Position, row: number): ReturnType<typeof dot> {
  return text(
    events.map(({ x, label }) => ({ x: at(x), label })),
    {
      ...{ x: 'x', text: 'label', frameAnchor: 'top', textAnchor: 'start', lineAnchor: 'top', fill: 'currentColor' },
      ...{ dx: 3, dy: 2 + row * labelHeight, clip: true },
    },
  );
}

/** Width of a character of a label, about, and height of a row of labels, pixels. */
const labelCharacter = 6.2;
const labelHeight = 13;
