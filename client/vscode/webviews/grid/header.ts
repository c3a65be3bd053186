import { moveFocus } from '../focus.ts';
import { type Column, type SortKey } from '../../../../server/src/protocol/commands.ts';
import { type ColumnLayout } from './columns.ts';
import { element } from './element.ts';
import { followPointer } from './pointer.ts';
import { isInUtc, isSeconds, type ShownColumn } from './times.ts';

/** Actions of a user on a column, by its head. */
export interface HeaderHost {
  /** A click on a head sorts; with `adds`, after the present keys. */
  clicked(column: Column, adds: boolean): void;
  /** Opens the menu of a column, below an element. */
  menu(column: Column, below: HTMLElement): void;
  /** Sets the width of a column; undefined for that of its content. */
  resize(column: Column, width: number | undefined): void;
  /** Moves a column before another one; undefined for the end. */
  move(column: Column, before: Column | undefined): void;
}

/** Content of the heads. */
interface HeaderContent {
  readonly columns: readonly Column[];
  readonly layouts: readonly ColumnLayout[];
  readonly sort: readonly SortKey[];
  readonly filtered: readonly string[];
  readonly pinned: number;
  /** Notes on columns, by name. */
  readonly notes: Readonly<Record<string, string>> | undefined;
}

/** Distance that the pointer moves before a press on a head becomes a move of the column, pixels. */
const dragMin = 6;

/** The heads of the visible columns. */
export class Header {
  readonly root = element('div', { class: 'header', role: 'row', 'aria-rowindex': '1' });
  readonly #host: HeaderHost;
  #content: HeaderContent | undefined;
  #isDragging = false;
  #drawn = '';

  constructor(host: HeaderHost) {
    this.#host = host;
  }

  /** Draws the heads of columns, scrolled to `left`. A head that is being dragged stays as it is. */
  draw(content: HeaderContent, visible: readonly number[], left: number): void {
    this.#content = content;
    // A head that is replaced between a press and its release gets no click.
    const drawn = JSON.stringify([content, visible, left]);
    if (this.#isDragging || drawn === this.#drawn) return;
    this.#drawn = drawn;
    const focused = document.activeElement?.closest('.heading')?.getAttribute('aria-colindex');
    this.root.replaceChildren(this.#corner(content), ...visible.map((index) => this.#heading(content, index, left)));
    if (focused === undefined || focused === null) return;
    moveFocus(this.root.querySelector<HTMLElement>(`[aria-colindex="${focused}"] .more`));
  }

  #corner({ layouts }: HeaderContent): HTMLElement {
    const corner = element('div', { class: 'heading corner', role: 'columnheader', 'aria-colindex': '1' });
    corner.append(element('span', { class: 'heard' }, 'Row'));
    corner.style.width = `${layouts[0]?.left ?? 0}px`;
    return corner;
  }

  #heading(content: HeaderContent, index: number, left: number): HTMLElement {
    const column = content.columns[index];
    const layout = content.layouts[index];
    if (column === undefined || layout === undefined) return element('div');
    const { name, type } = column;
    const at = content.sort.findIndex((key) => key.column === name);
    const key = content.sort[at];
    const direction = key === undefined ? 'none' : key.descending ? 'descending' : 'ascending';
    const mark = key === undefined ? '' : `${key.descending ? '↓' : '↑'}${content.sort.length > 1 ? at + 1 : ''}`;
    const isFiltered = content.filtered.includes(name);
    const isPinned = index < content.pinned;
    const more = element(
      'button',
      { class: 'more', type: 'button', tabindex: '-1', 'aria-haspopup': 'menu', 'aria-label': `Menu of ${name}` },
      isFiltered ? '▼' : '⋮',
    );
    const edge = element('div', { class: 'edge', 'aria-hidden': 'true' });
    const heading = element(
      'div',
      {
        class: ['heading', ...(layout.numeric ? ['numeric'] : []), ...(isPinned ? ['pinned'] : [])].join(' '),
        role: 'columnheader',
        'aria-colindex': String(index + 2),
        'aria-sort': direction,
        title: `${name}: ${type}${isFiltered ? ', filtered' : ''}`,
      },
      element('span', { class: 'name' }, element('span', { class: 'mark', 'aria-hidden': 'true' }, mark), name),
      element('span', { class: 'type' }, typeText(column), ...noteOf(content, name)),
      more,
      edge,
    );
    heading.style.left = `${isPinned ? layout.left : layout.left - left}px`;
    heading.style.width = `${layout.width}px`;
    more.addEventListener('click', (event) => {
      event.stopPropagation();
      this.#host.menu(column, more);
    });
    heading.addEventListener('contextmenu', (event) => {
      event.preventDefault();
      this.#host.menu(column, more);
    });
    heading.addEventListener('pointerdown', (event) => this.#pressed(event, column, heading));
    edge.addEventListener('pointerdown', (event) => this.#resizing(event, column, layout.width));
    edge.addEventListener('dblclick', () => this.#host.resize(column, undefined));
    return heading;
  }

  /** A press is a click, which sorts, or the start of a move. */
  #pressed(event: PointerEvent, column: Column, heading: HTMLElement): void {
    const target = event.target;
    if (event.button !== 0 || !(target instanceof Element) || target.closest('.more, .edge') !== null) return;
    const startX = event.clientX;
    const move = ({ clientX }: PointerEvent): void => {
      if (!this.#isDragging && Math.abs(clientX - startX) < dragMin) return;
      this.#isDragging = true;
      heading.classList.add('dragged');
      heading.style.transform = `translateX(${clientX - startX}px)`;
    };
    followPointer(move, ({ clientX, shiftKey }) => {
      const wasDragging = this.#isDragging;
      this.#isDragging = false;
      if (wasDragging) this.#drawn = '';
      if (wasDragging) this.#host.move(column, this.#columnAt(clientX));
      else this.#host.clicked(column, shiftKey);
    });
  }

  #resizing(event: PointerEvent, column: Column, width: number): void {
    if (event.button !== 0) return;
    event.stopPropagation();
    event.preventDefault();
    const startX = event.clientX;
    const resize = ({ clientX }: PointerEvent): void => this.#host.resize(column, width + clientX - startX);
    followPointer(resize, () => undefined);
  }

  /** The column before which a column is dropped at a position in the page; undefined for the end. */
  #columnAt(clientX: number): Column | undefined {
    const heads = [...this.root.querySelectorAll('.heading:not(.corner, .dragged)')];
    const next = heads.find((head) => {
      const { left, width } = head.getBoundingClientRect();
      return clientX < left + width / 2;
    });
    const index = next === undefined ? undefined : Number(next.getAttribute('aria-colindex')) - 2;
    return index === undefined ? undefined : this.#content?.columns[index];
  }
}

function noteOf({ notes }: HeaderContent, name: string): readonly HTMLElement[] {
  const note = notes?.[name] ?? '';
  return note === '' ? [] : [element('span', { class: 'note' }, note)];
}

/** A type as its column's head shows it; times state their zone. */
export function typeText(column: ShownColumn): string {
  const type = column.type.toLowerCase();
  if (isInUtc(column)) return `${type.replace(' with time zone', '')}, UTC`;
  return isSeconds(column) ? `${type}, seconds UTC` : type;
}
