/** Layers of a graph: each node is to the right of all its inputs. */

export interface Edge {
  readonly from: string;
  readonly to: string;
}

/** A slot in a layer: a node, or an edge that passes between the nodes of the layer. */
export interface Slot {
  readonly id: string;
  readonly isNode: boolean;
}

/** Layers from left to right; the slots of each from top to bottom. */
export interface Layering {
  readonly layers: readonly (readonly Slot[])[];
  /** Edge segments from each layer to the next. */
  readonly steps: readonly Edge[];
  /** For each edge, in the order given, the ids of the slots along its route, including both ends. */
  readonly routes: readonly (readonly string[])[];
}

/** Number of ordering passes; the order stabilizes after a few. */
const sweeps = 12;

/** Returns the layers of nodes in an order with few crossings. Edges that close a cycle do not affect the layers. */
export function layering(ids: readonly string[], edges: readonly Edge[]): Layering {
  const depth = depths(ids, edges);
  const forward = edges.map((edge) =>
    depthOf(edge.from) <= depthOf(edge.to) ? edge : { from: edge.to, to: edge.from },
  );
  const layers: Slot[][] = Array.from({ length: Math.max(0, ...depth.values()) + 1 }, () => []);
  for (const id of ids) layers[depthOf(id)]?.push({ id, isNode: true });
  const routes = forward.map(({ from, to }, index) => {
    const passed = [];
    for (let layer = depthOf(from) + 1; layer < depthOf(to); layer++) {
      const id = `${index} through ${layer}`;
      layers[layer]?.push({ id, isNode: false });
      passed.push(id);
    }
    return [from, ...passed, to];
  });
  const steps = routes.flatMap((route) => route.slice(1).map((to, index) => ({ from: route[index] ?? to, to })));
  return {
    layers: bestOrder(layers, steps),
    steps,
    routes: routes.map((route, index) => (forward[index] === edges[index] ? route : [...route].reverse())),
  };

  function depthOf(id: string): number {
    return depth.get(id) ?? 0;
  }
}

/** Number of crossings between the edge segments of adjacent layers. */
export function crossings(layers: readonly (readonly Slot[])[], steps: readonly Edge[]): number {
  const positions = positionsOf(layers);
  let count = 0;
  steps.forEach((a, index) => {
    for (const b of steps.slice(index + 1)) {
      const [a0, a1, b0, b1] = [positions.get(a.from), positions.get(a.to), positions.get(b.from), positions.get(b.to)];
      if (a0 === undefined || a1 === undefined || b0 === undefined || b1 === undefined) continue;
      if (a0.layer === b0.layer && (a0.row - b0.row) * (a1.row - b1.row) < 0) count++;
    }
  });
  return count;
}

/** Longest path to each node; then nodes without inputs move to the layer just left of their first reader. */
function depths(ids: readonly string[], edges: readonly Edge[]): ReadonlyMap<string, number> {
  const reads = new Map(ids.map((id) => [id, edges.filter(({ to }) => to === id).map(({ from }) => from)]));
  const depthById = new Map<string, number>();
  const visiting = new Set<string>();
  const visit = (id: string): number => {
    const known = depthById.get(id);
    if (known !== undefined) return known;
    if (visiting.has(id)) return -1;
    visiting.add(id);
    const depth = 1 + Math.max(-1, ...(reads.get(id) ?? []).map(visit));
    visiting.delete(id);
    depthById.set(id, depth);
    return depth;
  };
  ids.forEach(visit);
  for (const id of ids) {
    if ((reads.get(id) ?? []).length > 0) continue;
    const readers = edges.filter(({ from }) => from === id).map(({ to }) => depthById.get(to) ?? 1);
    if (readers.length > 0) depthById.set(id, Math.max(0, Math.min(...readers) - 1));
  }
  return depthById;
}

/**
 * Moves each slot close to the mean of its neighbors, alternating left to right and back; returns the best order found.
 */
function bestOrder(start: readonly (readonly Slot[])[], steps: readonly Edge[]): readonly (readonly Slot[])[] {
  let layers = start;
  let best = start;
  let crossingsMin = crossings(start, steps);
  for (let sweep = 0; sweep < sweeps && crossingsMin > 0; sweep++) {
    const leftward = sweep % 2 === 1;
    for (let step = 1; step < layers.length; step++) {
      const index = leftward ? layers.length - 1 - step : step;
      const positions = positionsOf(layers);
      const middle = (id: string): number | undefined => {
        const rows = steps.flatMap(({ from, to }) => {
          const neighbor = leftward ? (from === id ? to : undefined) : to === id ? from : undefined;
          const row = neighbor === undefined ? undefined : positions.get(neighbor)?.row;
          return row === undefined ? [] : [row];
        });
        return rows.length === 0 ? undefined : rows.reduce((sum, row) => sum + row, 0) / rows.length;
      };
      layers = layers.map((layer, at) => (at === index ? sorted(layer, middle) : layer));
    }
    const count = crossings(layers, steps);
    if (count < crossingsMin) [best, crossingsMin] = [layers, count];
  }
  return best;
}

function sorted(layer: readonly Slot[], middle: (id: string) => number | undefined): readonly Slot[] {
  const keyed = layer.map((slot, row) => ({ slot, key: middle(slot.id) ?? row }));
  return keyed.sort((a, b) => a.key - b.key).map(({ slot }) => slot);
}

function positionsOf(
  layers: readonly (readonly Slot[])[],
): ReadonlyMap<string, { readonly layer: number; readonly row: number }> {
  return new Map(layers.flatMap((slots, layer) => slots.map(({ id }, row) => [id, { layer, row }] as const)));
}
