/** Page of the graph: resources from left to right, each to the right of its inputs. */
import './graph.css';
import { element } from './grid/element.ts';
import { type FromGraphPage, type GraphState, type ToGraphPage } from './graph/messages.ts';
import { GraphView } from './graph/graphView.ts';
import { stateIcon, stateNames } from './graph/decorations.ts';

declare function acquireVsCodeApi(): {
  postMessage(message: FromGraphPage): void;
  setState(state: Pick<GraphState, 'directory'>): void;
};

const host = acquireVsCodeApi();

const summary = element('span', { class: 'total', role: 'status', 'aria-live': 'polite' });
const legend = element('ul', { class: 'legend', 'aria-label': 'Meaning of the icons' });
const content = element('main', { class: 'content' });
const graph = new GraphView({
  reveal: (id) => host.postMessage({ type: 'reveal', id }),
  open: (id) => host.postMessage({ type: 'open', id }),
});

/** Padding on both sides of the graph, pixels. */
const padding = 48;

let shown: GraphState | undefined;

window.addEventListener('message', (event: MessageEvent<ToGraphPage>) => show(event.data));
window.addEventListener('resize', () => {
  if (shown !== undefined) show(shown);
});
document.body.append(element('header', { class: 'bar' }, summary, legend), content);
host.postMessage({ type: 'ready' });

function show(state: GraphState): void {
  shown = state;
  const { nodes, pond, directory } = state;
  host.setState({ directory });
  if (nodes.length === 0) {
    summary.textContent = pond;
    legend.replaceChildren();
    content.replaceChildren(element('p', { class: 'empty' }, 'This pond has no resources yet.'));
    return;
  }
  graph.show(state, content.clientWidth - padding);
  if (graph.root.parentElement !== content) content.replaceChildren(graph.root);
  summary.textContent = `${pond} · ${nodes.length} ${nodes.length === 1 ? 'resource' : 'resources'}`;
  const states = (Object.keys(stateNames) as (keyof typeof stateNames)[]).filter((name) =>
    nodes.some((node) => node.state === name),
  );
  legend.replaceChildren(
    ...states.map((name) => {
      const count = nodes.filter((node) => node.state === name).length;
      return element('li', { 'data-state': name }, stateIcon(name), `${count} ${stateNames[name]}`);
    }),
  );
}
