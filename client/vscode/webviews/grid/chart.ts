import { axisX, axisY, dot, gridY, lineY, plot, pointerX, tip } from '@observablehq/plot';
import { type PlotInfo } from './messages.ts';
import { type Panel } from './panels.ts';

/** A column to draw. */
export interface Drawn {
  readonly name: string;
  readonly color: string;
  readonly dashed: boolean;
  readonly y: readonly (number | null)[];
  readonly points: readonly Point[];
}

/** A value with its coordinates. */
interface Point {
  readonly name: string;
  readonly x: number | Date;
  readonly y: number | null;
}

/** Minimum height of a panel, and height of the axis below the last panel, pixels. */
const panelMin = 120;
const axisHeight = 30;

/** Margin above a panel, which shows its unit, and below each but the last, pixels. */
const marginTop = 22;
const marginBottom = 8;

/** Draws stacked panels over a shared x axis, as high as the available height, or higher. */
export function charts(
  info: PlotInfo,
  panels: readonly Panel<Drawn>[],
  { width, height }: { readonly width: number; readonly height: number },
): readonly Element[] {
  const each = Math.max(panelMin, Math.floor((height - axisHeight) / panels.length));
  const span = spanOf(panels.flatMap(({ series }) => series));
  return panels.map((panel, index) => {
    const isLast = index === panels.length - 1;
    return chart(info, panel, { width, height: isLast ? each + axisHeight : each, span, isLast });
  });
}

/** Distance between ticks of the y axis, pixels. */
const tickSpacing = 40;

interface PanelBox {
  readonly width: number;
  readonly height: number;
  /** Ends of the x axis. */
  readonly span: readonly (number | Date)[];
  readonly isLast: boolean;
}

function chart(
  { xName, isTime, asDots }: PlotInfo,
  { unit, series }: Panel<Drawn>,
  { width, height, span, isLast }: PanelBox,
): Element {
  const drawn = plot({
    width,
    height,
    marginLeft: 56,
    marginRight: 28,
    marginTop,
    marginBottom: isLast ? marginBottom + axisHeight : marginBottom,
    ariaLabel: `${series.map(({ name }) => name).join(', ')} by ${xName}`,
    x: { type: isTime ? 'utc' : 'linear', domain: span, label: null, nice: false, ...(isLast ? {} : { axis: null }) },
    y: { nice: true, label: null },
    marks: [
      gridY({ stroke: 'currentColor', strokeOpacity: 0.12, tickSpacing }),
      isLast
        ? axisX({ label: isTime ? null : xName, tickSize: 4, ...(isTime ? {} : { tickFormat: numberTick }) })
        : null,
      axisY({
        label: unit === '' ? null : unit,
        labelArrow: 'none',
        tickSize: 0,
        tickSpacing,
        tickFormat: shortTick,
      }),
      ...series.map(({ points, color, dashed }) =>
        asDots || points.length === 1
          ? dot(points, { x: 'x', y: 'y', stroke: color, r: 2, symbol: dashed ? 'times' : 'circle' })
          : lineY(points, {
              x: 'x',
              y: 'y',
              stroke: color,
              strokeWidth: 1.5,
              ...(dashed ? { strokeDasharray: '4 3' } : {}),
            }),
      ),
      tip(
        series.flatMap(({ points }) => points.filter(({ y }) => y !== null)),
        pointerX({ x: 'x', y: 'y', title: tipText }),
      ),
    ],
  });
  // The content security policy forbids inline styles; grid.css has the same rules.
  for (const style of drawn.querySelectorAll('style')) style.remove();
  return drawn;
}

/** First and last x of all series; each is sorted. */
function spanOf(all: readonly Drawn[]): readonly (number | Date)[] {
  const ends = all.flatMap(({ points }) => [points.at(0), points.at(-1)]).flatMap((end) => (end ? [end.x] : []));
  ends.sort((a, b) => Number(a) - Number(b));
  return [ends[0] ?? 0, ends.at(-1) ?? 1];
}

/** Years need no separators: small numbers have none. */
function numberTick(value: number): string {
  return value.toLocaleString(undefined, { useGrouping: Math.abs(value) >= 10_000, maximumSignificantDigits: 9 });
}

/** A number that fits in about seven characters: `2,500`, `1.2M`, `4e-7`. */
function shortTick(value: number): string {
  const size = Math.abs(value);
  if (size > 0 && size < 1e-4) return value.toExponential();
  return value.toLocaleString(undefined, {
    notation: size < 1e6 ? 'standard' : 'compact',
    maximumSignificantDigits: 6,
  });
}

/** Text of the tip: column, value, and x. */
function tipText({ name, x, y }: Point): string {
  const position =
    x instanceof Date
      ? x
          .toISOString()
          .replace('T', ' ')
          .replace(/(:00)?\.000Z$/, '')
      : x.toLocaleString();
  return `${name}\n${y?.toLocaleString(undefined, { maximumSignificantDigits: 6 }) ?? ''}\n${position}`;
}
