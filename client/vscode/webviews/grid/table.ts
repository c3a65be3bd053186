import { type QueryInfo, type RowsInfo } from '../../../../server/src/protocol/commands.ts';
import { columnsIn, layOut, totalWidth, type ColumnLayout } from './columns.ts';
import { element } from './element.ts';
import { type CellRange } from './messages.ts';
import { pageRows, RowCache } from './rowCache.ts';
import { moved, selectedRange, type Cell, type Selection } from './selection.ts';
import { clampTop, reveal, rowHeight, rowsIn, scrollTopOf, span, topOf, type Viewport } from './viewport.ts';

/**
 * Delay after the last scroll before rows are requested, milliseconds: dragging the scroll bar does not request the
 * rows it passes.
 */
const restMs = 40;

/** Interface of the surrounding page to the table. */
interface TableHost {
  request(start: number, count: number): void;
  copy(range: CellRange): void;
  /** The selection moved to a cell. */
  cellFocused(cell: Cell): void;
}

/**
 * Table of a result. Only visible cells are elements; `top` is the position of the window in the whole table, and the
 * scroll bar follows it or drives it.
 */
export class Table {
  readonly root: HTMLElement;
  private readonly info: QueryInfo;
  private readonly host: TableHost;
  private readonly rows: RowCache;
  private readonly header = element('div', { class: 'header', role: 'row', 'aria-rowindex': '1' });
  private readonly body = element('div', { class: 'rows', role: 'presentation' });
  private readonly sizer = element('div', { class: 'sizer', role: 'presentation' });
  private readonly scroller: HTMLElement;
  private layouts: readonly ColumnLayout[];
  private top = 0;
  private selection: Selection = { anchor: { row: 0, column: 0 }, focus: { row: 0, column: 0 } };
  private timer: number | undefined;
  private sized = false;

  constructor(info: QueryInfo, host: TableHost) {
    this.info = info;
    this.host = host;
    this.rows = new RowCache((start, count) => host.request(start, count));
    this.layouts = layOut(info.columns, [], characterWidth());
    this.scroller = element('div', { class: 'scroller', role: 'presentation' }, this.sizer, this.body);
    this.root = element(
      'div',
      {
        class: 'grid',
        role: 'grid',
        tabindex: '0',
        'aria-label': 'Query result',
        'aria-rowcount': String(info.rowCount + 1),
        'aria-colcount': String(info.columns.length),
        'aria-readonly': 'true',
        'aria-multiselectable': 'true',
      },
      element('div', { class: 'headers', role: 'rowgroup' }, this.header),
      this.scroller,
    );
    this.scroller.addEventListener('scroll', () => this.scrolled());
    this.scroller.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    this.root.addEventListener('keydown', (event) => this.key(event));
    this.root.addEventListener('focus', () => this.draw());
    this.root.addEventListener('blur', () => this.draw());
    this.scroller.addEventListener('mousedown', (event) => this.pressed(event));
    new ResizeObserver(() => this.draw()).observe(this.scroller);
    this.rows.want(0, Math.min(pageRows, info.rowCount));
  }

  /** Stores rows and draws them. The first rows of a result determine the column widths. */
  put(rows: RowsInfo): void {
    this.rows.put(rows);
    if (!this.sized && rows.start === 0) {
      this.layouts = layOut(this.info.columns, rows.columns, characterWidth());
      this.sized = true;
    }
    this.draw();
  }

  /** Clears a failed request: the next draw requests the rows again. */
  failed(start: number): void {
    this.rows.failed(start);
  }

  private view(): Viewport {
    const total = this.info.rowCount * rowHeight;
    const visible = this.scroller.clientHeight;
    return { total, visible, top: clampTop({ total, visible }, this.top) };
  }

  private draw(): void {
    const view = this.view();
    const width = totalWidth(this.layouts);
    this.sizer.style.height = `${span(view.total)}px`;
    this.sizer.style.width = `${width}px`;
    const shown = rowsIn(view);
    const left = this.scroller.scrollLeft;
    const columns = columnsIn(this.layouts, left, left + this.scroller.clientWidth);
    this.drawHeader(columns, left);
    const rows: HTMLElement[] = [];
    for (let row = shown.start; row < shown.end; row++) rows.push(this.row(row, columns));
    this.body.replaceChildren(...rows);
    this.body.style.width = `${width}px`;
    // The body is at the scroll position and contains the rows visible there.
    this.body.style.transform = `translateY(${this.scroller.scrollTop - (view.top - shown.start * rowHeight)}px)`;
    const { row, column } = this.selection.focus;
    if (row >= shown.start && row < shown.end) this.root.setAttribute('aria-activedescendant', `c${row}-${column}`);
    else this.root.removeAttribute('aria-activedescendant');
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.rows.want(shown.start, shown.end), restMs);
  }

  private drawHeader(shown: { readonly start: number; readonly end: number }, left: number): void {
    const cells = this.info.columns.slice(shown.start, shown.end).map(({ name, type }, index) => {
      const column = shown.start + index;
      const numeric = this.layouts[column]?.numeric === true;
      const cell = element(
        'div',
        {
          class: numeric ? 'heading numeric' : 'heading',
          role: 'columnheader',
          'aria-colindex': String(column + 1),
          title: `${name}: ${type}`,
        },
        element('span', { class: 'name' }, name),
        element('span', { class: 'type' }, type.toLowerCase()),
      );
      return this.position(cell, column);
    });
    this.header.replaceChildren(...cells);
    this.header.style.transform = `translateX(${-left}px)`;
  }

  private row(row: number, shown: { readonly start: number; readonly end: number }): HTMLElement {
    const rowElement = element('div', {
      class: row % 2 === 0 ? 'row' : 'row odd',
      role: 'row',
      'aria-rowindex': String(row + 2),
    });
    const range = selectedRange(this.selection);
    const inRange = row >= range.rowStart && row < range.rowEnd;
    for (let column = shown.start; column < shown.end; column++) {
      rowElement.append(this.cell(row, column, inRange && column >= range.columnStart && column < range.columnEnd));
    }
    return rowElement;
  }

  private cell(row: number, column: number, selected: boolean): HTMLElement {
    const text = this.rows.cell(row, column);
    const { focus } = this.selection;
    const kinds = [
      'cell',
      ...(text === null ? ['null'] : text === undefined ? ['pending'] : []),
      ...(this.layouts[column]?.numeric === true ? ['numeric'] : []),
      ...(selected ? ['selected'] : []),
      ...(focus.row === row && focus.column === column ? ['focused'] : []),
    ];
    const attributes = {
      id: `c${row}-${column}`,
      class: kinds.join(' '),
      role: 'gridcell',
      'aria-colindex': String(column + 1),
      'aria-selected': String(selected),
    };
    return this.position(element('div', attributes, text === null ? 'NULL' : (text ?? '…')), column);
  }

  private position(cell: HTMLElement, column: number): HTMLElement {
    const layout = this.layouts[column];
    if (layout !== undefined) {
      cell.style.left = `${layout.left}px`;
      cell.style.width = `${layout.width}px`;
    }
    return cell;
  }

  /** The user or our code moved the scroll bar: on a scaled table, a position that matches `top` is ours. */
  private scrolled(): void {
    const view = this.view();
    const scaled = view.total > span(view.total);
    const ours = scaled && Math.abs(this.scroller.scrollTop - scrollTopOf(view)) <= 1;
    this.top = ours ? view.top : topOf(view, this.scroller.scrollTop);
    this.draw();
  }

  /** On a table too high for a browser, the wheel scrolls by its own distance, not by that of the scroll bar. */
  private wheel(event: WheelEvent): void {
    const view = this.view();
    if (event.deltaY === 0 || event.ctrlKey || view.total === span(view.total)) return;
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * rowHeight : event.deltaY;
    this.moveTo(clampTop(view, view.top + pixels));
  }

  private moveTo(top: number): void {
    this.top = top;
    this.scroller.scrollTop = scrollTopOf(this.view());
    this.draw();
  }

  private key(event: KeyboardEvent): void {
    const control = event.ctrlKey || event.metaKey;
    if (control && event.key.toLowerCase() === 'c') {
      event.preventDefault();
      this.host.copy(selectedRange(this.selection));
      return;
    }
    const visibleRows = Math.max(1, Math.floor(this.scroller.clientHeight / rowHeight) - 1);
    const size = { rows: this.info.rowCount, columns: this.info.columns.length, pageRows: visibleRows };
    const selection = moved(this.selection, { key: event.key, shift: event.shiftKey, control }, size);
    if (selection === undefined) return;
    event.preventDefault();
    this.select(selection, !(control && event.key.toLowerCase() === 'a'));
  }

  private pressed(event: MouseEvent): void {
    const id = event.target instanceof HTMLElement ? /^c(\d+)-(\d+)$/.exec(event.target.id) : null;
    if (id === null) return;
    const focus = { row: Number(id[1]), column: Number(id[2]) };
    this.select({ anchor: event.shiftKey ? this.selection.anchor : focus, focus }, true);
  }

  private select(selection: Selection, follow: boolean): void {
    this.selection = selection;
    if (follow) {
      this.revealColumn(selection.focus.column);
      this.moveTo(reveal(this.view(), selection.focus.row));
    } else {
      this.draw();
    }
    this.host.cellFocused(selection.focus);
  }

  private revealColumn(column: number): void {
    const layout = this.layouts[column];
    if (layout === undefined) return;
    const { scrollLeft, clientWidth } = this.scroller;
    const rightmost = layout.left + layout.width - clientWidth;
    this.scroller.scrollLeft = Math.min(layout.left, Math.max(scrollLeft, rightmost));
  }
}

/** Width of a digit in the grid's font. */
function characterWidth(): number {
  const sample = element('span', { class: 'measure' }, '0'.repeat(20));
  document.body.append(sample);
  const width = sample.getBoundingClientRect().width / 20;
  sample.remove();
  return width > 0 ? width : 8;
}
