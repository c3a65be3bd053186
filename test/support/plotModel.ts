/** Pictures of lines and points drawn from all rows, without an engine: what a reduced plot is compared with. */

/** A row of a series; null for a missing value. */
export interface ModelPoint {
  readonly x: number;
  readonly y: number | null;
}

/** Extremes of what is drawn in each pixel column; undefined where nothing is. */
export type Extents = readonly (readonly [low: number, high: number] | undefined)[];

interface Picture {
  readonly low: number;
  readonly high: number;
  readonly pixels: number;
}

/** Draws a line through vertices in the order of x; a null breaks it. */
export function extentsOf(vertices: readonly ModelPoint[], { low, high, pixels }: Picture): Extents {
  const width = (high - low) / pixels;
  const extents: [number, number][] = [];
  const mark = (column: number, y: number): void => {
    if (column < 0 || column >= pixels) return;
    const known = extents[column];
    extents[column] = known === undefined ? [y, y] : [Math.min(known[0], y), Math.max(known[1], y)];
  };
  for (const [index, { x, y }] of vertices.entries()) {
    if (y === null) continue;
    mark(Math.floor((x - low) / width), y);
    const next = vertices[index + 1];
    if (next === undefined || next.y === null || next.x <= x) continue;
    const first = Math.max(0, Math.floor((x - low) / width) + 1);
    const last = Math.min(pixels, Math.floor((next.x - low) / width));
    // At each border between two pixel columns, the segment is in both.
    for (let border = first; border <= last; border++) {
      const at = y + ((next.y - y) * (low + border * width - x)) / (next.x - x);
      mark(border - 1, at);
      mark(border, at);
    }
  }
  return Array.from({ length: pixels }, (_, column) => extents[column]);
}

/** Rows in the order of x with breaks at distances beyond `gap`, of the range and of what is read on either side. */
export function modelVertices(
  points: readonly ModelPoint[],
  { low, high, pixels }: Picture,
  gap: number,
): readonly ModelPoint[] {
  const rows = points.filter(({ x }) => x >= low && x <= high).length;
  const margin = (high - low) * (rows >= pixels ? 0.1 : 1);
  const near = points.filter(({ x }) => x >= low - margin && x <= high + margin).toSorted((a, b) => a.x - b.x);
  return near.flatMap((point, index) => {
    const before = near[index - 1];
    return before !== undefined && point.x - before.x > gap ? [{ x: before.x, y: null }, point] : [point];
  });
}
