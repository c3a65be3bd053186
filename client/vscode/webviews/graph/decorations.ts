/** Icons for the state of a resource: distinct by shape as well as by color. */
import { type GraphNode } from './messages.ts';

type State = GraphNode['state'];

/** Paths stroked in a 16 by 16 view box. */
const strokes: Readonly<Record<State, string>> = {
  ok: 'M3.5 8.5l3 3 6-7',
  failed: 'M4 4l8 8M12 4l-8 8',
  broken: 'M8 3v6M8 12v.5',
  running: 'M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3',
  staged: 'M8 3v10M3 8h10',
  changed: 'M11 3l2 2-7.5 7.5-2.7.7.7-2.7z',
  cancelled: 'M8 3a5 5 0 1 0 .01 0M4.5 11.5l7-7',
  skipped: 'M3 4.5l4.5 3.5L3 11.5zM9 4.5l4.5 3.5L9 11.5z',
  new: 'M8 3a5 5 0 1 0 .01 0',
};

/** Names of the states in the legend. */
export const stateNames: Readonly<Record<State, string>> = {
  ok: 'ok',
  running: 'running',
  failed: 'failed',
  broken: 'has problems',
  staged: 'staged',
  changed: 'changed',
  cancelled: 'cancelled',
  skipped: 'skipped',
  new: 'never run',
};

/** Creates an SVG element: attributes by name, then children. */
export function svg(
  tag: string,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly Node[]
): SVGElement {
  const created = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value);
  created.append(...children);
  return created;
}

/** Icon of a state; hidden from screen readers. */
export function stateIcon(state: State): SVGElement {
  const line = svg('path', { d: strokes[state] });
  return svg('svg', { class: 'sign', viewBox: '0 0 16 16', 'aria-hidden': 'true' }, line);
}
