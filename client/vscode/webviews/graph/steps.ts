/** Arrow key navigation in the graph. */
import { type Edge } from './layers.ts';

interface Point {
  readonly x: number;
  readonly y: number;
}

const directions: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** Topmost of the leftmost nodes; undefined when there are none. */
export function firstOf(nodes: ReadonlyMap<string, Point>): string | undefined {
  return [...nodes].sort(([, a], [, b]) => a.x - b.x || a.y - b.y)[0]?.[0];
}

/**
 * The node that a key moves to: sideways along an edge if there is one, else the nearest in that direction; up and down
 * in the same column. Undefined for other keys, and at the border.
 */
export function step(
  nodes: ReadonlyMap<string, Point>,
  edges: readonly Edge[],
  id: string,
  key: string,
): string | undefined {
  if (key === 'Home') return firstOf(nodes);
  const at = nodes.get(id);
  const way = directions[key];
  if (at === undefined || way === undefined) return undefined;
  const sideways = way.x !== 0;
  const ahead = [...nodes].filter(([, { x, y }]) =>
    sideways ? (x - at.x) * way.x > 0 : x === at.x && (y - at.y) * way.y > 0,
  );
  const ends = edges.flatMap(({ from, to }) =>
    way.x > 0 && from === id ? [to] : way.x < 0 && to === id ? [from] : [],
  );
  const linked = ahead.filter(([other]) => ends.includes(other));
  // Distance between columns outweighs distance between rows.
  const distance = ({ x, y }: Point): number => 4 * Math.abs(x - at.x) + Math.abs(y - at.y);
  return (linked.length > 0 ? linked : ahead).sort(([, a], [, b]) => distance(a) - distance(b))[0]?.[0];
}
