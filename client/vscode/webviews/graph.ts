/** Page of the graph: resources from left to right, each to the right of its inputs. */
import { keysOf } from '../../../server/src/base/keys.ts';
import './graph.css';
import { followFocus } from './focus.ts';
import { element } from './grid/element.ts';
import { type FromGraphPage, type GraphState, type ToGraphPage } from './graph/messages.ts';
import { GraphView } from './graph/graphView.ts';
import { stateIcon, stateNames } from './graph/decorations.ts';
import { zoomedScale } from './graph/scale.ts';
import { countText, numberText } from '../numberStrings.ts';

/** State of the page, kept by VS Code while the page is hidden; `scale` is that of a zoom. */
type KeptState = Pick<GraphState, 'directory'> & { readonly scale?: number };

declare function acquireVsCodeApi(): {
  postMessage(message: FromGraphPage): void;
  getState(): KeptState | undefined;
  setState(state: KeptState): void;
};

const host = acquireVsCodeApi();

const summary = element('span', { class: 'total', role: 'status', 'aria-live': 'polite' });
const legend = element('ul', { class: 'legend', 'aria-label': 'Meaning of the icons' });
const zoomButtons = element(
  'div',
  { class: 'zoom', role: 'group', 'aria-label': 'Zoom' },
  zoomButton('−', 'Zoom Out (−)', () => zoom(-1)),
  zoomButton('Fit', 'Fit to View (0)', fit),
  zoomButton('+', 'Zoom In (+)', () => zoom(1)),
);
const content = element('main', { class: 'content' });
const graph = new GraphView({
  reveal: (id) => host.postMessage({ type: 'reveal', id }),
  open: (id) => host.postMessage({ type: 'open', id }),
});

let shown: GraphState | undefined;
/** The scale that the user chose; undefined while the graph is fitted to its view. */
let chosen = host.getState()?.scale;
let scale = 1;

window.addEventListener('message', (event: MessageEvent<ToGraphPage>) => show(event.data));
window.addEventListener('resize', again);
document.addEventListener('keydown', key);
content.addEventListener('wheel', wheel, { passive: false });
document.body.append(element('header', { class: 'bar' }, summary, legend, zoomButtons), content);
followFocus(() => content.querySelector('[tabindex="0"]'));
host.postMessage({ type: 'ready' });

function show(state: GraphState): void {
  shown = state;
  const { nodes, pond, directory } = state;
  host.setState({ directory, ...(chosen !== undefined && { scale: chosen }) });
  zoomButtons.hidden = nodes.length === 0;
  if (nodes.length === 0) {
    summary.textContent = pond;
    legend.replaceChildren();
    content.replaceChildren(element('p', { class: 'empty' }, 'This pond has no resources yet.'));
    return;
  }
  summary.textContent = `${pond} · ${countText(nodes.length, 'resource')}`;
  const states = keysOf(stateNames).filter((name) => nodes.some((node) => node.state === name));
  legend.replaceChildren(
    ...states.map((name) => {
      const count = nodes.filter((node) => node.state === name).length;
      return element('li', { 'data-state': name }, stateIcon(name), `${numberText(count)} ${stateNames[name]}`);
    }),
  );
  if (graph.root.parentElement !== content) content.replaceChildren(graph.root);
  // The bar has its height by now, and the content the rest.
  const { clientWidth: width, clientHeight: height } = content;
  scale = graph.show(state, { width, height }, chosen);
}

function again(): void {
  if (shown !== undefined) show(shown);
}

function zoomButton(text: string, label: string, run: () => void): HTMLElement {
  const button = element('button', { type: 'button', title: label, 'aria-label': label }, text);
  button.addEventListener('click', run);
  return button;
}

function fit(): void {
  chosen = undefined;
  again();
}

/** Zooms around a point of the view, in pixels from its corner: what is there stays there. */
function zoom(direction: 1 | -1, at = { x: content.clientWidth / 2, y: content.clientHeight / 2 }): void {
  const { scrollLeft, scrollTop } = content;
  const before = scale;
  chosen = zoomedScale(scale, direction);
  again();
  const ratio = scale / before;
  content.scrollLeft = (scrollLeft + at.x) * ratio - at.x;
  content.scrollTop = (scrollTop + at.y) * ratio - at.y;
}

function wheel(event: WheelEvent): void {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  const { left, top } = content.getBoundingClientRect();
  zoom(event.deltaY < 0 ? 1 : -1, { x: event.clientX - left, y: event.clientY - top });
}

/** Keys of the zoom; with Ctrl they are those of VS Code. */
function key(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === '+' || event.key === '=') zoom(1);
  else if (event.key === '-') zoom(-1);
  else if (event.key === '0') fit();
}
