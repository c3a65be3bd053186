/** The sparkline of a page on the first page of a site: a small chart with what it shows in words. */
import { pageText } from '../../documents/pageNames.ts';

/** A value of a parameter. */
interface SparklinePoint {
  /** Seconds since 1970 UTC. */
  readonly time: number;
  /** Finite. */
  readonly value: number;
}

/** Latest values of a parameter. */
export interface Sparkline {
  readonly name: string;
  readonly unit: string;
  readonly instrument: string;
  /** In time order, at least one. */
  readonly points: readonly SparklinePoint[];
  /** Seconds from a value to the next one, beyond which there is a gap between them. */
  readonly gapSeconds: number;
}

/** Returns the chart and its label, as HTML in one line. A single value has no line. */
export function sparklineHtml(sparkline: Sparkline): string {
  const label = pageText(labelOf(sparkline));
  return `${sparkline.points.length < 2 ? '' : svgOf(sparkline, label)}<span class="pond-spark">${label}</span>`;
}

/** Such as `Dock Temperature (C): 3.2 to 18, last 12.4; 2024-10-02 to 2025-01-30`. */
function labelOf({ name, unit, instrument, points }: Sparkline): string {
  const what = `${instrument === '' ? '' : `${instrument} `}${name}${unit === '' ? '' : ` (${unit})`}`;
  const [low, high] = rangeOf(points);
  const [first, last] = [points[0]!, points.at(-1)!];
  const text = formatFor(low, high);
  return `${what}: ${text(low)} to ${text(high)}, last ${text(last.value)}; ${day(first.time)} to ${day(last.time)}`;
}

function rangeOf(points: readonly SparklinePoint[]): readonly [low: number, high: number] {
  const values = points.map(({ value }) => value);
  return [Math.min(...values), Math.max(...values)];
}

/** Returns a function that writes values of a range with three digits of its width, and no whole number rounded. */
function formatFor(low: number, high: number): (value: number) => string {
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const decimals = 2 - Math.floor(Math.log10(high - low || largest / 1000));
  if (largest >= 1e15 || decimals > 15) return (value) => String(Number(value.toPrecision(4)));
  return (value) => String(Number(value.toFixed(Math.max(0, decimals))));
}

/** Width and height of the chart; lines leave room above and below. */
const [width, height] = [120, 80];

/** A line for each run of values without a gap, so that none is drawn where nothing was measured. */
function svgOf({ points, gapSeconds }: Sparkline, label: string): string {
  const [low, high] = rangeOf(points);
  const [start, end] = [points[0]!.time, points.at(-1)!.time];
  // Rounded: a page has hundreds of these.
  const x = (time: number): string => String(Number((((time - start) / (end - start || 1)) * width).toFixed(1)));
  const y = (value: number): string => (high === low ? 40 : 75 - ((value - low) / (high - low)) * 70).toFixed(0);
  const lines = runsOf(points, gapSeconds).map((run) => {
    const [left, right] = [x(run[0]!.time), x(run.at(-1)!.time)];
    const places = run.map(({ time, value }) => `${x(time)},${y(value)}`);
    // A line of one value is a dot.
    const line = [...places, ...(places.length === 1 ? places : [])].join(' ');
    return (
      `<polygon points="${left},${height} ${line} ${right},${height}" fill="currentColor" fill-opacity="0.1"></polygon>` +
      `<polyline points="${line}" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"` +
      ` vector-effect="non-scaling-stroke"></polyline>`
    );
  });
  return (
    `<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label="${label}">` +
    `${lines.join('')}</svg>`
  );
}

/** Returns the points in runs without a gap. */
function runsOf(points: readonly SparklinePoint[], gapSeconds: number): readonly (readonly SparklinePoint[])[] {
  const runs: SparklinePoint[][] = [];
  for (const [index, point] of points.entries()) {
    const before = points[index - 1];
    if (before === undefined || point.time - before.time > gapSeconds) runs.push([point]);
    else runs.at(-1)!.push(point);
  }
  return runs;
}

/** Range of JavaScript dates, milliseconds before and after 1970 UTC: DuckDB's is wider. */
const dayMsMax = 8.64e15;

/** Returns the day of a time in seconds since 1970 UTC, such as 2024-12-31. */
export function day(seconds: number): string {
  const [date = ''] = new Date(Math.max(-dayMsMax, Math.min(seconds * 1000, dayMsMax))).toISOString().split('T');
  return date.replace(/^\+0*/, '');
}
