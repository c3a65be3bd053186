/** Scale of the graph: 1 is its natural size. */
import { type Edge } from './layers.ts';
import { layout, type Layout } from './layout.ts';

/** Width and height, pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Space for both margins of the graph, pixels; it is scaled with the graph. */
const margins = 48;

/** Names of nodes cannot be read at a smaller scale; a graph that would need one scrolls. */
const scaleMin = 0.4;
const scaleMax = 2;
const stepFactor = 1.2;

/** Returns the layout of a graph in a view, at the wanted scale, else at the one at which all of it is visible. */
export function scaledLayout(
  { ids, edges }: { readonly ids: readonly string[]; readonly edges: readonly Edge[] },
  view: Size,
  wanted: number | undefined,
): { readonly drawn: Layout; readonly scale: number } {
  const natural = layout(ids, edges, view.width - margins);
  const scale = wanted ?? fitScale(natural, view);
  if (scale >= 1) return { drawn: natural, scale };
  // A smaller scale leaves room for more nodes in a row.
  const drawn = layout(ids, edges, view.width / scale - margins);
  return { drawn, scale: wanted ?? fitScale(drawn, view) };
}

/** Returns the next scale of a zoom, in or out. */
export function zoomedScale(scale: number, direction: 1 | -1): number {
  return within(scale * stepFactor ** direction, scaleMax);
}

/** The scale at which a graph fits into a view, at most its natural size. */
function fitScale(graph: Size, view: Size): number {
  const fit = Math.min(view.width / (graph.width + margins), view.height / (graph.height + margins));
  // Rounded down, so that no part of a pixel makes a scroll bar appear.
  return within(Math.floor(fit * 1000) / 1000, 1);
}

function within(scale: number, max: number): number {
  return Math.min(max, Math.max(scaleMin, scale));
}
