/** The shape of a line from its pixel columns. */
import { type LineBuckets } from '../../../../server/src/protocol/commands.ts';

/** A corner of a line; a null y breaks the line. */
export interface Vertex {
  readonly x: number;
  readonly y: number | null;
}

/** Share of the distances between rows that are not gaps, and the number of such distances that a gap exceeds. */
const usualShare = 0.9;
const gapFactor = 3;

/**
 * Returns the distance of two rows beyond which a line is broken: three times one that nine tenths of all distances do not
 * exceed, so that rows at irregular times are connected. Infinity for less than two rows.
 */
export function gapOf({ start, end, rows }: Pick<LineBuckets, 'start' | 'end' | 'rows'>): number {
  const distances: { readonly distance: number; readonly count: number }[] = [];
  for (const [index, first] of start.entries()) {
    const within = (rows[index] ?? 1) - 1;
    if (within > 0) distances.push({ distance: ((end[index] ?? first) - first) / within, count: within });
    const before = end[index - 1];
    if (before !== undefined) distances.push({ distance: first - before, count: 1 });
  }
  distances.sort((a, b) => a.distance - b.distance);
  const total = distances.reduce((sum, { count }) => sum + count, 0);
  let left = Math.ceil(total * usualShare);
  for (const { distance, count } of distances) {
    left -= count;
    if (left <= 0) return distance > 0 ? distance * gapFactor : Infinity;
  }
  return Infinity;
}

/**
 * Returns the corners of a line: of each pixel column the first value, the extremes, and the last value. Rows without a
 * value, and distances beyond `gap`, break it.
 */
export function verticesOf(line: LineBuckets, gap: number): readonly Vertex[] {
  const vertices: Vertex[] = [];
  for (const [index, start] of line.start.entries()) {
    const end = line.end[index] ?? start;
    const before = line.end[index - 1];
    const isGap = before !== undefined && start - before > gap;
    const [low, high] = [line.low[index] ?? null, line.high[index] ?? null];
    if (isGap || low === null) vertices.push({ x: start, y: null });
    if (low === null) continue;
    vertices.push({ x: start, y: line.first[index] ?? null });
    if (line.rows[index] === 1) continue;
    const middle = (start + end) / 2;
    // Both ends of a bucket of two values are its extremes.
    const isPlain = line.rows[index] === 2 && line.values[index] === 2;
    if (!isPlain) vertices.push({ x: middle, y: low }, { x: middle, y: high });
    vertices.push({ x: end, y: line.last[index] ?? null });
  }
  return vertices;
}

/** True when several rows have the same x, as far as it shows: a line through them means nothing. */
export function hasRepeats({ start, end, rows }: Pick<LineBuckets, 'start' | 'end' | 'rows'>): boolean {
  return start.some((first, index) => (rows[index] ?? 1) > 1 && end[index] === first);
}

/** Returns the vertices that no line meets: they are drawn as dots. */
export function loneVertices(vertices: readonly Vertex[]): readonly Vertex[] {
  const isMissing = (vertex: Vertex | undefined): boolean => vertex === undefined || vertex.y === null;
  return vertices.filter(
    (vertex, index) => vertex.y !== null && isMissing(vertices[index - 1]) && isMissing(vertices[index + 1]),
  );
}
