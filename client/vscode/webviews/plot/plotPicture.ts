/** The picture of loaded data, and what it says in words. */
import { type PlotRange, type PlotResult } from '../../../../server/src/protocol/commands.ts';
import { charts, type DrawnPanel } from './chart.ts';
import { barChart, histogramChart } from './countCharts.ts';
import { barMeasure, groupsShown, type PlotData } from './loader.ts';
import { panelsOf, unitOf } from './panels.ts';
import { type ChosenPlot } from './plotColumns.ts';
import { roseChart } from './rose.ts';
import { drawnLine, drawnPoints, type DrawnSeries, seriesName, styleAt } from './series.ts';
import { countText, numberText } from '../../numberStrings.ts';
import { type XValues } from './xAxis.ts';

/** Content of the picture. */
interface Picture {
  readonly plot: ChosenPlot;
  readonly data: PlotData;
  readonly xValues: XValues;
  /** All columns that may be drawn: their order gives the colors. */
  readonly names: readonly string[];
  /** The visible part of the x axis; undefined where all of it is drawn. */
  readonly range: PlotRange | undefined;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Draws a plot: its panels, or one panel without series for counts. Empty when nothing can be drawn. */
export function drawPlot(picture: Picture, size: Size): readonly DrawnPanel[] {
  const { result } = picture.data;
  switch (result.kind) {
    case 'lines':
    case 'points':
      return seriesPanels(picture, size);
    case 'histogram':
    case 'bars':
    case 'rose':
      return countPanel(picture, result, size);
  }
}

function seriesPanels({ plot, data, xValues, names, range }: Picture, size: Size): readonly DrawnPanel[] {
  const { result, overlay } = data;
  const whole = 'range' in result ? result.range : null;
  const shown = range ?? (whole === null ? undefined : widened(whole));
  if (shown === undefined) return [];
  const places = { plot, names, groups: data.groups?.values ?? [] };
  const series = [
    ...seriesOf(result, places, undefined),
    ...(overlay === undefined ? [] : seriesOf(overlay, places, plot.overlay)),
  ];
  const kind = plot.kind === 'area' || plot.kind === 'scatter' ? plot.kind : 'line';
  const events = (data.events?.marks ?? []).filter(({ x }) => x >= shown.low && x <= shown.high);
  return charts({ kind, xName: plot.x, xValues, range: shown, events }, panelsOf(series), size);
}

/** A range of one x is drawn with some room around it. */
function widened({ low, high }: PlotRange): PlotRange {
  if (high > low) return { low, high };
  const around = Math.abs(low) * 1e-6 || 1;
  return { low: low - around, high: high + around };
}

interface Places {
  readonly plot: ChosenPlot;
  readonly names: readonly string[];
  readonly groups: readonly (string | null)[];
}

/** The color of all series of another version: no other series is gray. */
const otherColor = 'var(--vscode-descriptionForeground)';

function seriesOf(
  result: PlotResult,
  { plot, names, groups }: Places,
  version: string | undefined,
): readonly DrawnSeries[] {
  const style = (of: { readonly column: string; readonly group?: string | null }) => {
    const place = of.group === undefined ? names.indexOf(of.column) : groups.indexOf(of.group);
    const { color, dashed } = styleAt(Math.max(0, place));
    const other = of.group !== undefined && plot.ys.indexOf(of.column) % 2 === 1;
    const shown = version === undefined ? color : otherColor;
    return {
      name: seriesName(of, plot.ys.length, version),
      color: shown,
      dashed: dashed || other || version !== undefined,
    };
  };
  if (result.kind === 'lines') return result.series.map((line) => drawnLine(line, style(line), version));
  return result.kind === 'points' ? result.series.map((cells) => drawnPoints(cells, style(cells), version)) : [];
}

function countPanel(
  { plot, data, xValues }: Picture,
  result: Extract<PlotResult, { kind: 'histogram' | 'bars' | 'rose' }>,
  { width, height }: Size,
): readonly DrawnPanel[] {
  const y = plot.ys[0];
  const { measure } = barMeasure(y, plot.measure);
  const yName = measure === 'rows' || y === undefined ? 'rows' : `${measure} of ${y}`;
  const box = { xName: plot.x, yName: result.kind === 'bars' ? yName : 'rows', xValues, width, height };
  const one = (element: Element): readonly DrawnPanel[] => [{ element, series: [], yOf: () => 0 }];
  if (result.kind === 'bars') return result.bars.length === 0 ? [] : one(barChart(result, box));
  if (result.kind === 'histogram')
    return result.range === null ? [] : one(histogramChart(result, { ...box, overlay: data.overlay }));
  const name = `${y ?? ''} by ${plot.x}`;
  return result.rows === 0 ? [] : one(roseChart(result, { width, height, name, unit: unitOf(y ?? '') }));
}

/** Counts of what was drawn and left out: `3,000 rows drawn · 5 without date`. */
export function factsText(
  { result, overlay, events, groups }: PlotData,
  { x, by, groups: chosen }: ChosenPlot,
): string {
  const parts = [`plot of ${countText(result.rows, 'row')}`];
  const without = result.kind === 'rose' ? 'without direction and speed' : `without ${x}`;
  if (result.skipped > 0) parts.push(`${countText(result.skipped, 'row')} ${without}`);
  if (result.kind === 'bars' && result.others > 0)
    parts.push(
      `${result.unit === null ? 'the largest' : 'the latest'} ${result.bars.length}, ${countText(result.others, result.unit ?? 'value')} more`,
    );
  if (overlay !== undefined) parts.push(`${countText(overlay.rows, 'row')} of the other version`);
  if (by !== undefined && groups !== undefined)
    parts.push(
      `${chosen?.length ?? Math.min(groupsShown, groups.values.length)} of ${countText(groups.distinct, 'value')} of ${by}`,
    );
  if (events !== undefined) {
    parts.push(`${numberText(events.marks.length)} of ${countText(events.rows, 'event')}`);
    if (events.untimed > 0) parts.push(`${countText(events.untimed, 'event')} without a time`);
  }
  return parts.join(' · ');
}
