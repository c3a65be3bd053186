import { moveFocus } from '../focus.ts';
import { element } from '../grid/element.ts';
import { nodeHeight, type Layout } from './layout.ts';
import { type GraphNode, type GraphState } from './messages.ts';
import { stateIcon, stateNames, svg } from './decorations.ts';
import { scaledLayout, type Size } from './scale.ts';
import { firstOf, step } from './steps.ts';

/** User actions in the graph. */
interface GraphActions {
  readonly reveal: (id: string) => void;
  readonly open: (id: string) => void;
}

/**
 * Nodes and edges on a scrollable plane. One node is focusable; arrow keys move the focus, Enter opens the document.
 */
export class GraphView {
  readonly root = element('div', { class: 'plane', role: 'group', 'aria-label': 'Resources, from left to right' });
  readonly #actions: GraphActions;
  readonly #buttons = new Map<string, HTMLButtonElement>();
  readonly #lines: SVGElement[] = [];
  #state: GraphState | undefined;
  #drawn: Layout | undefined;
  #focused: string | undefined;

  constructor(actions: GraphActions) {
    this.#actions = actions;
    this.root.addEventListener('keydown', (event) => this.#key(event));
  }

  /**
   * Shows a state in a view, at the wanted scale or the one at which it fits, and returns the scale. Existing nodes keep
   * the focus.
   */
  show(state: GraphState, view: Size, wanted: number | undefined): number {
    this.#state = state;
    const ids = state.nodes.map(({ id }) => id);
    const { drawn, scale } = scaledLayout({ ids, edges: state.edges }, view, wanted);
    this.root.style.zoom = String(scale);
    this.#drawn = drawn;
    const gone = [...this.#buttons.keys()].filter((id) => !ids.includes(id));
    for (const id of gone) this.#remove(id);
    for (const node of state.nodes) this.#put(node, drawn);
    this.#drawLines(state, drawn);
    this.root.style.width = `${drawn.width}px`;
    this.root.style.height = `${drawn.height}px`;
    if (this.#focused === undefined || !this.#buttons.has(this.#focused)) this.#focused = firstOf(drawn.nodes);
    this.#updateTabStops();
    return scale;
  }

  #put(node: GraphNode, { nodes, nodeWidth }: Layout): void {
    const button = this.#buttons.get(node.id) ?? this.#createButton(node.id);
    const { x, y } = nodes.get(node.id) ?? { x: 0, y: 0 };
    button.dataset['state'] = node.state;
    button.style.transform = `translate(${x}px, ${y}px)`;
    button.style.width = `${nodeWidth}px`;
    button.style.height = `${nodeHeight}px`;
    button.title = node.tooltip;
    button.setAttribute('aria-label', `${node.kind} ${node.name} ${node.summary}, ${stateNames[node.state]}`);
    const labels = { kind: node.kind, name: node.name, summary: node.summary };
    // Words of different lines are apart for a screen reader, too.
    const lines = Object.entries(labels).flatMap(([line, text]) => [element('span', { class: line }, text), ' ']);
    button.replaceChildren(stateIcon(node.state), ...lines);
  }

  #createButton(id: string): HTMLButtonElement {
    const button = element('button', { class: 'node', type: 'button', tabindex: '-1' });
    button.addEventListener('click', () => this.#actions.reveal(id));
    button.addEventListener('dblclick', () => this.#actions.open(id));
    button.addEventListener('focus', () => this.#focusOn(id));
    button.addEventListener('blur', () => this.#highlight(undefined));
    button.addEventListener('mouseenter', () => this.#highlight(id));
    button.addEventListener('mouseleave', () => this.#highlight(undefined));
    this.#buttons.set(id, button);
    this.root.append(button);
    return button;
  }

  #remove(id: string): void {
    this.#buttons.get(id)?.remove();
    this.#buttons.delete(id);
  }

  #drawLines({ edges }: GraphState, { paths, width, height }: Layout): void {
    this.#lines.splice(0);
    paths.forEach((d, index) => {
      const { from = '', to = '' } = edges[index] ?? {};
      const line = svg('path', { d, 'marker-end': 'url(#arrow)' });
      line.dataset['from'] = from;
      line.dataset['to'] = to;
      this.#lines.push(line);
    });
    const tip = svg('path', { d: 'M0 0L7 3.5L0 7z' });
    const size = { markerWidth: '7', markerHeight: '7', refX: '7', refY: '3.5', markerUnits: 'userSpaceOnUse' };
    const marker = svg('marker', { id: 'arrow', orient: 'auto', ...size }, tip);
    const edgesDrawn = svg(
      'svg',
      { class: 'edges', width: String(width), height: String(height), 'aria-hidden': 'true' },
      svg('defs', {}, marker),
      ...this.#lines,
    );
    this.root.querySelector('.edges')?.remove();
    this.root.prepend(edgesDrawn);
  }

  #focusOn(id: string): void {
    this.#focused = id;
    this.#updateTabStops();
    this.#highlight(id);
  }

  #updateTabStops(): void {
    for (const [id, button] of this.#buttons) button.tabIndex = id === this.#focused ? 0 : -1;
  }

  /** Highlights the edges of a node; none if `id` is undefined. */
  #highlight(id: string | undefined): void {
    for (const line of this.#lines) {
      line.classList.toggle('lit', id !== undefined && (line.dataset['from'] === id || line.dataset['to'] === id));
    }
  }

  #key(event: KeyboardEvent): void {
    const id = this.#focused;
    if (id === undefined) return;
    if (event.key === 'Enter') this.#actions.open(id);
    else if (event.key === ' ') this.#actions.reveal(id);
    else {
      const next = step(this.#drawn?.nodes ?? new Map(), this.#state?.edges ?? [], id, event.key);
      if (next === undefined) return;
      moveFocus(this.#buttons.get(next));
    }
    event.preventDefault();
  }
}
