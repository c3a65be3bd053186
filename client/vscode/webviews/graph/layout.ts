/** Positions of the nodes of the graph and routes of its edges. Lengths are pixels. */
import { layering, type Edge, type Layering, type Slot } from './layers.ts';

export const nodeHeight = 62;
const nodeWidthMax = 208;
const nodeWidthMin = 176;
const gapXMax = 72;
const gapXMin = 40;
const gapY = 14;
/** Height reserved for an edge that passes between nodes. */
const passHeight = 8;
const rounds = 30;

/** Layout: upper left corner of each node by id, edges as SVG paths in the order given, and the size. */
export interface Layout {
  readonly nodes: ReadonlyMap<string, { readonly x: number; readonly y: number }>;
  readonly paths: readonly string[];
  readonly width: number;
  readonly height: number;
  readonly nodeWidth: number;
}

/** Width of nodes, and distance between the starts of adjacent layers. */
interface Columns {
  readonly nodeWidth: number;
  readonly stride: number;
}

/**
 * Returns the layout of a graph, from left to right. Nodes without edges are in rows below the others, as many per row
 * as fit into `width`.
 */
export function layout(ids: readonly string[], edges: readonly Edge[], width: number): Layout {
  const linked = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const known = layering(
    ids.filter((id) => linked.has(id)),
    edges,
  );
  const rows = centers(known);
  const columns = fit(known.layers.length, width);
  const { nodeWidth, stride } = columns;
  const nodes = new Map<string, { x: number; y: number }>();
  const hasLinked = linked.size > 0;
  known.layers.forEach((slots, layer) => {
    for (const { id, isNode } of slots) {
      if (isNode) nodes.set(id, { x: layer * stride, y: (rows.get(id) ?? 0) - nodeHeight / 2 });
    }
  });
  const bottom = hasLinked ? Math.max(...[...nodes.values()].map(({ y }) => y + nodeHeight)) : 0;
  const lone = ids.filter((id) => !linked.has(id));
  const across = Math.max(1, Math.floor((width + gapY) / (nodeWidth + gapY)));
  lone.forEach((id, index) => {
    const y = (hasLinked ? bottom + 3 * gapY : 0) + Math.floor(index / across) * (nodeHeight + gapY);
    nodes.set(id, { x: (index % across) * (nodeWidth + gapY), y });
  });
  const corners = [...nodes.values()];
  return {
    nodes,
    paths: known.routes.map((route) => path(route, known, rows, columns)),
    width: Math.max(0, ...corners.map(({ x }) => x + nodeWidth)),
    height: Math.max(0, ...corners.map(({ y }) => y + nodeHeight)),
    nodeWidth,
  };
}

/** Spreads the layers over the available width within limits; a wider graph scrolls. */
function fit(layers: number, width: number): Columns {
  const gaps = Math.max(1, layers - 1);
  const nodeWidth = within(nodeWidthMin, (width - gaps * gapXMin) / Math.max(1, layers), nodeWidthMax);
  const gap = within(gapXMin, (width - layers * nodeWidth) / gaps, gapXMax);
  return { nodeWidth, stride: nodeWidth + gap };
}

function within(least: number, number: number, most: number): number {
  return Math.floor(Math.min(most, Math.max(least, number)));
}

/** Vertical center of each slot: close to those of its neighbors, with gaps between the slots of a layer. */
function centers({ layers, steps }: Layering): ReadonlyMap<string, number> {
  const centerById = new Map<string, number>();
  for (const slots of layers) stack(slots, (_, row) => row * (nodeHeight + gapY));
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? layers : [...layers].reverse();
    for (const slots of order) stack(slots, ({ id }) => wish(id));
  }
  const tops = layers.flat().map((slot) => (centerById.get(slot.id) ?? 0) - height(slot) / 2);
  const top = tops.length === 0 ? 0 : Math.min(...tops);
  return new Map([...centerById].map(([id, center]) => [id, center - top]));

  function wish(id: string): number {
    const around = steps.flatMap(({ from, to }) => (from === id ? [to] : to === id ? [from] : []));
    const all = around.map((other) => centerById.get(other) ?? 0);
    return all.length === 0 ? (centerById.get(id) ?? 0) : all.reduce((sum, one) => sum + one, 0) / all.length;
  }

  function stack(slots: readonly Slot[], wished: (slot: Slot, row: number) => number): void {
    const stacked = stackCenters(slots.map((slot, row) => ({ wish: wished(slot, row), height: height(slot) })));
    slots.forEach(({ id }, row) => centerById.set(id, stacked[row] ?? 0));
  }
}

function height({ isNode }: Slot): number {
  return isNode ? nodeHeight : passHeight;
}

/**
 * Returns the centers of stacked items in the given order, each as close to its wish as the others allow: items that
 * compete for the same space share the deviation.
 */
export function stackCenters(items: readonly { readonly wish: number; readonly height: number }[]): readonly number[] {
  const offsets: number[] = [];
  items.forEach(({ height: own }, index) => {
    const above = items[index - 1];
    offsets.push(above === undefined ? 0 : (offsets[index - 1] ?? 0) + above.height / 2 + gapY + own / 2);
  });
  // Without its offset each item may be level with the one above it, but not higher: neighbors that would be are pooled
  // at their mean.
  const pools: { sum: number; size: number }[] = [];
  items.forEach(({ wish }, index) => {
    pools.push({ sum: wish - (offsets[index] ?? 0), size: 1 });
    for (;;) {
      const [upper, lower] = [pools.at(-2), pools.at(-1)];
      if (upper === undefined || lower === undefined || upper.sum / upper.size <= lower.sum / lower.size) break;
      pools.splice(-2, 2, { sum: upper.sum + lower.sum, size: upper.size + lower.size });
    }
  });
  const bases = pools.flatMap(({ sum, size }) => Array.from({ length: size }, () => sum / size));
  return bases.map((base, index) => base + (offsets[index] ?? 0));
}

/** Leaves a node to the right, crosses the layers in between straight, and enters the next node from the left. */
function path(
  route: readonly string[],
  { layers }: Layering,
  rows: ReadonlyMap<string, number>,
  { nodeWidth, stride }: Columns,
): string {
  const stops = route.map((id) => ({
    left: layers.findIndex((slots) => slots.some((slot) => slot.id === id)) * stride,
    y: rows.get(id) ?? 0,
  }));
  return stops
    .map(({ left, y }, index) => {
      const before = stops[index - 1];
      const right = left + nodeWidth;
      if (before === undefined) return `M${right} ${y}`;
      const start = before.left + nodeWidth;
      const bend = Math.abs(left - start) / 2;
      const through = index < stops.length - 1 ? ` H${right}` : '';
      return `C${start + bend} ${before.y} ${left - bend} ${y} ${left} ${y}${through}`;
    })
    .join(' ');
}
