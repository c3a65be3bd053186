/** The sparkline of a page on the first page of a site: a small chart with what it shows in words. */
import { pageText } from '../../documents/pageNames.ts';

/** Latest values of a parameter. */
export interface Sparkline {
  readonly name: string;
  readonly unit: string;
  readonly instrument: string;
  /** In time order, at least one; all finite. */
  readonly values: readonly number[];
  /** Times of the first and the last value, seconds since 1970 UTC. */
  readonly start: number;
  readonly end: number;
}

/** Returns the chart and its label, as HTML in one line. A single value has no line. */
export function sparklineHtml(sparkline: Sparkline): string {
  const { values } = sparkline;
  const label = pageText(labelOf(sparkline));
  return `${values.length < 2 ? '' : svgOf(values, label)}<span class="pond-spark">${label}</span>`;
}

/** Such as `Dock Temperature (C): 3.2 to 18, last 12.4; 2024-10-02 to 2025-01-30`. */
function labelOf({ name, unit, instrument, values, start, end }: Sparkline): string {
  const what = `${instrument === '' ? '' : `${instrument} `}${name}${unit === '' ? '' : ` (${unit})`}`;
  const range = `${short(Math.min(...values))} to ${short(Math.max(...values))}`;
  return `${what}: ${range}, last ${short(values.at(-1) ?? 0)}; ${day(start)} to ${day(end)}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function svgOf(values: readonly number[], label: string): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  // Rounded to whole numbers: a page has hundreds of these.
  const y = (value: number): string => (high === low ? 40 : 75 - ((value - low) / (high - low)) * 70).toFixed(0);
  const line = values.map((value, index) => `${index},${y(value)}`).join(' ');
  const right = values.length - 1;
  return (
    `<svg viewBox="0 0 ${right} 80" preserveAspectRatio="none" role="img" aria-label="${label}">` +
    `<polygon points="0,80 ${line} ${right},80" fill="currentColor" fill-opacity="0.1"></polygon>` +
    `<polyline points="${line}" fill="none" stroke="currentColor" stroke-width="1.5" vector-effect="non-scaling-stroke">` +
    `</polyline></svg>`
  );
}

/** Range of JavaScript dates, milliseconds before and after 1970 UTC: DuckDB's is wider. */
const dayMsMax = 8.64e15;

/** Returns the day of a time in seconds since 1970 UTC, such as 2024-12-31. */
export function day(seconds: number): string {
  const [date = ''] = new Date(Math.max(-dayMsMax, Math.min(seconds * 1000, dayMsMax))).toISOString().split('T');
  return date.replace(/^\+0*/, '');
}
