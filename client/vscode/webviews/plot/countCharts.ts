/** Charts of counts: histograms and bars. */
import { axisX, axisY, barY, gridY, plot, rectY, ruleY } from '@observablehq/plot';
import { type PlotResult } from '../../../../server/src/protocol/commands.ts';
import { valueText, shortText, timeText } from './axisText.ts';
import { marginLeft, marginRight, adaptToPage } from './chart.ts';
import { countText } from '../../numberStrings.ts';
import { xAxis, type XValues } from './xAxis.ts';

interface CountChart {
  readonly xName: string;
  readonly yName: string;
  readonly xValues: XValues;
  readonly width: number;
  readonly height: number;
}

const margins = { marginLeft: marginLeft + 8, marginRight, marginTop: 22 };

/** Draws a histogram: a bar for each bin. */
export function histogramChart(
  { counts, range }: Extract<PlotResult, { kind: 'histogram' }>,
  { xName, yName, xValues, width, height, overlay }: CountChart & { readonly overlay: PlotResult | undefined },
): Element {
  const shown = range ?? { low: 0, high: 1 };
  const { low, high } = shown;
  const isTime = xValues === 'times';
  const step = (high - low) / Math.max(1, counts.length) || 1;
  const at = (x: number): number | Date => (isTime ? new Date(x) : x);
  const bins = counts.map((rows, index) => ({ x1: at(low + index * step), x2: at(low + (index + 1) * step), rows }));
  const others = overlay?.kind === 'histogram' ? overlay.counts : [];
  const outlines = bins.flatMap(({ x1, x2 }, index) =>
    index < others.length ? [{ x1, x2, rows: others[index] ?? 0 }] : [],
  );
  const drawn = plot({
    ...{ width, height, ...margins, marginBottom: 44 },
    ariaLabel: `${yName} by ${xName}`,
    x: { type: isTime ? 'utc' : 'linear', domain: [at(low), at(high > low ? high : low + step)], label: null },
    y: { label: null, nice: true, zero: true },
    marks: [
      gridY({ stroke: 'currentColor', strokeOpacity: 0.12 }),
      xAxis({ name: xName, values: xValues }, shown, width - margins.marginLeft - marginRight),
      axisY({ label: yName, labelArrow: 'none', tickSize: 0, tickFormat: shortText }),
      rectY(bins, {
        ...{ x1: 'x1', x2: 'x2', y: 'rows', fill: 'var(--vscode-charts-blue)', inset: 0.5 },
        title: ({ x1, x2, rows }: (typeof bins)[number]) => `${textAt(x1)} to ${textAt(x2)}: ${countText(rows, 'row')}`,
      }),
      rectY(outlines, { x1: 'x1', x2: 'x2', y: 'rows', fill: 'none', stroke: 'currentColor', strokeDasharray: '3 2' }),
      ruleY([0], { stroke: 'currentColor', strokeOpacity: 0.5 }),
    ],
  });
  adaptToPage(drawn);
  return drawn;
}

function textAt(x: number | Date): string {
  return x instanceof Date ? timeText(x.getTime()) : valueText(x);
}

/** Draws bars of values or of calendar units. */
export function barChart(
  { bars, unit }: Extract<PlotResult, { kind: 'bars' }>,
  { xName, yName, width, height }: CountChart,
): Element {
  const texts = bars.map(({ value }) => barText(value, unit));
  const rows = bars.map(({ height: y }, index) => ({ x: texts[index] ?? '', y }));
  const longest = Math.max(...texts.map(({ length }) => length), 0);
  const isTurned = longest * 6.5 > (width - marginLeft - marginRight) / Math.max(1, bars.length);
  // Every label has room when it is turned, down to its own height.
  const every = Math.ceil((bars.length * 14) / Math.max(1, width - marginLeft - marginRight));
  const shown = new Set(texts.filter((_, index) => index % every === 0));
  const drawn = plot({
    ...{ width, height, ...margins, marginBottom: isTurned ? Math.min(140, 34 + longest * 6) : 44 },
    ariaLabel: `${yName} by ${xName}`,
    x: { type: 'band', domain: texts, label: null },
    y: { label: null, nice: true, zero: true },
    marks: [
      gridY({ stroke: 'currentColor', strokeOpacity: 0.12 }),
      axisX({
        ...{ label: unit === null ? xName : `${xName} (UTC)`, labelArrow: 'none', tickSize: 0 },
        tickFormat: (value: string) => (shown.has(value) ? cut(value) : ''),
        ...(isTurned ? { tickRotate: -90 } : {}),
      }),
      axisY({ label: yName, labelArrow: 'none', tickSize: 0, tickFormat: shortText }),
      barY(rows, {
        ...{ x: 'x', y: 'y', fill: 'var(--vscode-charts-blue)' },
        title: ({ x, y }: (typeof rows)[number]) => `${x}: ${y === null ? 'no value' : valueText(y)}`,
      }),
      ruleY([0], { stroke: 'currentColor', strokeOpacity: 0.5 }),
    ],
  });
  adaptToPage(drawn);
  return drawn;
}

/** Characters of a time that name a calendar unit: `2026-05` is a month. */
const unitLength = { minute: 16, hour: 16, day: 10, week: 10, month: 7, year: 4 } as const;

function barText(value: string | number | null, unit: Extract<PlotResult, { kind: 'bars' }>['unit']): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return value === '' ? '(empty)' : value;
  const text = new Date(value).toISOString().replace('T', ' ');
  return unit === null ? text : text.slice(0, unitLength[unit]);
}

function cut(text: string): string {
  return text.length > 20 ? `${text.slice(0, 19)}…` : text;
}
