/** Series as a plot draws them. */
import { type LineBuckets, type PlottedSeries, type PointCells } from '../../../../server/src/protocol/commands.ts';
import { gapOf, loneVertices, type Vertex, verticesOf } from './lineShape.ts';
import { type Measured } from './panels.ts';

/** Style of a series: lines beyond the number of colors are dashed, and so are those of another version. */
interface SeriesStyle {
  readonly name: string;
  readonly color: string;
  readonly dashed: boolean;
}

/** A series to draw: a line, or points with their numbers of rows. */
export interface DrawnSeries extends SeriesStyle, Measured {
  readonly of: PlottedSeries;
  /** The version whose rows they are; undefined for those of the table. */
  readonly version: string | undefined;
  readonly line: LineBuckets | undefined;
  readonly vertices: readonly Vertex[];
  readonly lone: readonly Vertex[];
  readonly cells: PointCells | undefined;
}

/**
 * Theme colors for lines. Orange is excluded: nearly transparent in some themes, and missing in high-contrast ones.
 */
const colors = ['blue', 'red', 'green', 'purple', 'yellow'].map((name) => `var(--vscode-charts-${name})`);

/** The color at a place in the list of series; the later ones are dashed. */
export function styleAt(index: number): { readonly color: string; readonly dashed: boolean } {
  return { color: colors[index % colors.length] ?? 'currentColor', dashed: index >= colors.length };
}

/** The name of a series: its column, the value of its group, and another version. */
export function seriesName(of: PlottedSeries, columns: number, version?: string): string {
  const group = of.group === undefined ? undefined : groupName(of.group);
  const name = group === undefined ? of.column : columns > 1 ? `${group} · ${of.column}` : group;
  return version === undefined ? name : `${name} @${version}`;
}

/** The name of a value of a column of groups. */
export function groupName(value: string | null): string {
  return value === null ? 'NULL' : value === '' ? '(empty)' : value;
}

/** Returns a line to draw. */
export function drawnLine(line: LineBuckets, style: SeriesStyle, version: string | undefined): DrawnSeries {
  const vertices = verticesOf(line, gapOf(line));
  const of = { column: line.column, ...(line.group !== undefined && { group: line.group }) };
  const y = [...line.low, ...line.high];
  return {
    ...style,
    of,
    version,
    line,
    vertices,
    lone: loneVertices(vertices),
    cells: undefined,
    y,
    measured: of.column,
  };
}

/** Returns points to draw. */
export function drawnPoints(cells: PointCells, style: SeriesStyle, version: string | undefined): DrawnSeries {
  const of = { column: cells.column, ...(cells.group !== undefined && { group: cells.group }) };
  return { ...style, of, version, line: undefined, vertices: [], lone: [], cells, y: cells.y, measured: of.column };
}

/** Part of a series that is drawn at a position: rows from `start` to `end`, with the extremes of their values. */
export interface SeriesReading {
  readonly start: number;
  readonly end: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly rows: number;
}

/** Returns what a line has nearest to an x; undefined for one without rows. */
export function readingAt({ line }: DrawnSeries, x: number): SeriesReading | undefined {
  if (line === undefined) return undefined;
  let nearest: number | undefined;
  let distance = Infinity;
  for (const [index, start] of line.start.entries()) {
    const end = line.end[index] ?? start;
    const away = x < start ? start - x : x > end ? x - end : 0;
    if (away < distance) [nearest, distance] = [index, away];
  }
  if (nearest === undefined) return undefined;
  const start = line.start[nearest] ?? x;
  return {
    ...{ start, end: line.end[nearest] ?? start, rows: line.rows[nearest] ?? 0 },
    ...{ low: line.low[nearest] ?? null, high: line.high[nearest] ?? null },
  };
}
