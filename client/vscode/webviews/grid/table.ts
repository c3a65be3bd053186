import { type RowWindow } from '../../../../server/src/protocol/commands.ts';
import { leftOf, totalWidth, visibleColumns } from './columns.ts';
import { ColumnWidths } from './columnWidths.ts';
import { characterWidth, element, type PagePosition, positionBelow } from './element.ts';
import { DoubleClicks, followPointer } from './pointer.ts';
import { Header, type HeaderHost } from './header.ts';
import { pageRows } from './rowCache.ts';
import { cellOf, drawRows, type DrawnRows } from './rows.ts';
import { fromStart, isSelected, moved, selectsWhole, within, type Cell, type Selection } from './selection.ts';
import { ShownRows } from './shownRows.ts';
import { type TableContent } from './tableContent.ts';
import { clampTop, reveal, rowHeight, rowsIn, scrollTopOf, span, topOf, type Viewport, wheelTop } from './viewport.ts';

/**
 * Delay after the last scroll before rows are requested, milliseconds: dragging the scroll bar does not request the
 * rows it passes.
 */
const restMs = 40;

/** Interface of the surrounding page to the table. */
interface TableHost {
  readonly head: HeaderHost;
  request(start: number, count: number): void;
  /** The selection changed, or the first visible row. */
  changed(): void;
  /** A key that the table does not use itself. */
  key(event: KeyboardEvent): void;
  /** Opens the menu of a cell. */
  cellMenu(cell: Cell, at: PagePosition): void;
  /** A cell was double-clicked. */
  activated(): void;
}

/**
 * Table of a view. Only visible cells are elements; `top` is the position of the window in the whole table, and the
 * scroll bar follows it or drives it.
 */
export class Table {
  readonly root: HTMLElement;
  readonly #host: TableHost;
  readonly #header: Header;
  readonly #body = element('div', { class: 'rows', role: 'presentation' });
  readonly #sizer = element('div', { class: 'sizer', role: 'presentation' });
  readonly #scroller: HTMLElement;
  readonly #widths = new ColumnWidths(characterWidth());
  #content: TableContent;
  #rows: ShownRows;
  #top = 0;
  readonly #clicks = new DoubleClicks();
  #current: Selection = { anchor: { row: 0, column: 0 }, focus: { row: 0, column: 0 } };
  /** The first row to restore. */
  #wanted: number | undefined;
  #timer: number | undefined;

  constructor(content: TableContent, host: TableHost) {
    this.#content = content;
    this.#host = host;
    this.#header = new Header(host.head);
    this.#rows = this.#newRows();
    this.#scroller = element('div', { class: 'scroller', role: 'presentation' }, this.#sizer, this.#body);
    const attributes = { class: 'grid', role: 'grid', tabindex: '0', 'aria-label': 'Table', 'aria-readonly': 'true' };
    this.root = element(
      'div',
      { ...attributes, 'aria-multiselectable': 'true' },
      element('div', { class: 'headers', role: 'rowgroup' }, this.#header.root),
      this.#scroller,
    );
    this.#scroller.addEventListener('scroll', () => this.#scrolled());
    this.#scroller.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    this.root.addEventListener('keydown', (event) => this.#key(event));
    this.#scroller.addEventListener('pointerdown', (event) => this.#pressed(event));
    this.#scroller.addEventListener('contextmenu', (event) => this.#menu(event));
    new ResizeObserver(() => this.#draw()).observe(this.#scroller);
    this.#rows.want(0, pageRows);
    this.show(content);
  }

  get selection(): Selection {
    return this.#current;
  }

  /** First visible row. */
  get row(): number {
    return this.#wanted ?? Math.floor(this.#view().top / rowHeight);
  }

  /** Shows other columns, another view, or another number of rows. Rows of another view are requested again. */
  show(content: TableContent): void {
    const [before, after] = [this.#content, content].map(({ view, columns }) =>
      JSON.stringify([view, columns.map(({ name }) => name)]),
    );
    const isOther = before !== after;
    this.#content = content;
    if (isOther) this.reload();
    this.root.setAttribute('aria-rowcount', String(content.rowCount + 1));
    this.root.setAttribute('aria-colcount', String(content.columns.length + 1));
    const rows = content.isCounted ? content.rowCount : Number.MAX_SAFE_INTEGER;
    this.#current = within(this.#current, { rows, columns: content.columns.length });
    this.#widths.layOut(content);
    this.#draw();
  }

  /** Drops all rows, so that the visible ones are requested again. */
  reload(): void {
    this.#widths.reset();
    this.#rows = this.#newRows();
    this.#rows.want(0, pageRows);
  }

  /** Stores rows and draws them. The first rows determine the column widths. */
  put(rows: RowWindow): void {
    this.#rows.put(rows);
    this.#widths.measure(this.#content, rows);
    this.#draw();
  }

  /** Clears a failed request: the next draw requests the rows again. */
  readonly failed = (start: number): void => this.#rows.failed(start);

  /** Text of a cell; null for NULL, undefined when it is not loaded. */
  text({ row, column }: Cell): string | null | undefined {
    return this.#rows.cell(row, column);
  }

  /** Selects cells, and scrolls to the last one unless `follows` is false. */
  select(selection: Selection, follows = true): void {
    this.#current = selection;
    if (follows) {
      this.#revealColumn(selection.focus.column);
      this.#moveTo(reveal(this.#view(), selection.focus.row));
    } else {
      this.#draw();
    }
    this.#host.changed();
  }

  /** Scrolls to the column of the selected cell, once the table became narrower. */
  reveal(): void {
    this.#revealColumn(this.#current.focus.column);
  }

  /** Goes to a kept selection and first row, as soon as the rows are there. */
  restore({ selection, row }: { readonly selection: Selection; readonly row: number }): void {
    this.#current = selection;
    this.#wanted = row;
    if (this.#content.isCounted) this.arrive();
  }

  /** The rows of the view are known: goes to the row that was to be restored. */
  arrive(): void {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    if (wanted !== undefined && wanted > 0) this.#moveTo(wanted * rowHeight);
  }

  /** Goes to the first row: another sort or filter has other rows at the same positions. */
  goToStart(): void {
    this.#wanted = undefined;
    this.#current = fromStart(this.#current);
    this.#moveTo(0);
  }

  /** Width of a column, pixels. */
  widthOf(name: string): number {
    return this.#widths.layouts[this.#content.columns.findIndex((column) => column.name === name)]?.width ?? 0;
  }

  /** Position in the page below a cell; below the heads for one that is not visible. */
  positionOf({ row, column }: Cell): PagePosition {
    return positionBelow(this.root.querySelector(`#c${row}-${column}`) ?? this.#header.root);
  }

  /** Position in the page below the head of a column. */
  headOf(name: string): PagePosition {
    const index = this.#content.columns.findIndex((column) => column.name === name);
    return positionBelow(this.root.querySelector(`.heading[aria-colindex="${index + 2}"]`) ?? this.#header.root);
  }

  #newRows(): ShownRows {
    return new ShownRows(this.#host, () => this.#content);
  }

  #size(): Parameters<typeof moved>[2] {
    const pageRowCount = Math.max(1, Math.floor(this.#scroller.clientHeight / rowHeight) - 1);
    return { rows: this.#content.rowCount, columns: this.#content.columns.length, pageRows: pageRowCount };
  }

  #view(): Viewport {
    const total = this.#content.rowCount * rowHeight;
    const visible = this.#scroller.clientHeight;
    return { total, visible, top: clampTop({ total, visible }, this.#top) };
  }

  #draw(): void {
    const view = this.#view();
    const { layouts } = this.#widths;
    const width = totalWidth(layouts);
    this.#sizer.style.height = `${span(view.total)}px`;
    this.#sizer.style.width = `${width}px`;
    const shown = rowsIn(view);
    const left = this.#scroller.scrollLeft;
    const { columns, pinned, view: tableView, diff } = this.#content;
    const visible = visibleColumns(layouts, pinned, { left, width: this.#scroller.clientWidth });
    const filtered = tableView.filters.map(({ column }) => column);
    const [rows, selection] = [this.#rows, this.#current];
    const head = { columns, layouts, sort: tableView.sort, filtered, pinned, notes: diff?.notes };
    this.#header.draw(head, visible, left);
    const drawn: DrawnRows = { ...shown, columns, visible, pinned, left, layouts, selection, rows, diff };
    this.#body.replaceChildren(...drawRows(drawn));
    this.#body.style.width = `${width}px`;
    // The body is at the scroll position and contains the rows visible there.
    this.#body.style.transform = `translateY(${this.#scroller.scrollTop - (view.top - shown.start * rowHeight)}px)`;
    const { row, column } = this.#current.focus;
    if (row >= shown.start && row < shown.end) this.root.setAttribute('aria-activedescendant', `c${row}-${column}`);
    else this.root.removeAttribute('aria-activedescendant');
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      this.#rows.want(shown.start, shown.end);
      this.#host.changed();
    }, restMs);
  }

  /** The user or our code moved the scroll bar: on a scaled table, a position that matches `top` is ours. */
  #scrolled(): void {
    const view = this.#view();
    const scaled = view.total > span(view.total);
    const ours = scaled && Math.abs(this.#scroller.scrollTop - scrollTopOf(view)) <= 1;
    this.#top = ours ? view.top : topOf(view, this.#scroller.scrollTop);
    this.#draw();
  }

  #wheel(event: WheelEvent): void {
    const top = wheelTop(this.#view(), event);
    if (top === undefined) return;
    event.preventDefault();
    this.#moveTo(top);
  }

  #moveTo(top: number): void {
    this.#top = top;
    this.#scroller.scrollTop = scrollTopOf(this.#view());
    this.#draw();
  }

  #key(event: KeyboardEvent): void {
    if (event.target !== this.root) return;
    const control = event.ctrlKey || event.metaKey;
    const plain = { key: event.key, shift: event.shiftKey, control };
    const selection = event.altKey ? undefined : moved(this.#current, plain, this.#size());
    if (selection === undefined) return this.#host.key(event);
    event.preventDefault();
    // The default of VS Code selects the text of the page.
    event.stopPropagation();
    this.select(selection, !selectsWhole(plain));
  }

  #pressed(event: PointerEvent): void {
    const at = cellOf(event.target);
    if (at === undefined || event.button !== 0) return;
    const end = { row: at.row, column: at.column ?? this.#content.columns.length - 1 };
    const start = event.shiftKey ? this.#current.anchor : { row: at.row, column: at.column ?? 0 };
    this.select({ anchor: start, focus: end }, at.column !== undefined);
    const drag = ({ target }: PointerEvent): void => {
      const over = cellOf(target);
      if (over === undefined) return;
      const focus = { row: over.row, column: at.column === undefined ? end.column : (over.column ?? 0) };
      this.select({ anchor: this.#current.anchor, focus });
    };
    const isSecond = at.column !== undefined && this.#clicks.press(`${at.row} ${at.column}`, event);
    followPointer(drag, () => isSecond && this.#host.activated());
  }

  #menu(event: MouseEvent): void {
    const at = cellOf(event.target);
    event.preventDefault();
    if (at === undefined) return;
    const cell = { row: at.row, column: at.column ?? 0 };
    if (!isSelected(this.#current, cell)) this.select({ anchor: cell, focus: cell });
    this.#host.cellMenu(cell, { x: event.clientX, y: event.clientY });
  }

  #revealColumn(column: number): void {
    const { layouts } = this.#widths;
    const layout = layouts[column];
    if (layout === undefined || column < this.#content.pinned) return;
    this.#scroller.scrollLeft = leftOf(layout, layouts[this.#content.pinned], this.#scroller);
  }
}
