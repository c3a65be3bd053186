import { type ColumnFilter, type Column, type TableView } from '../../../../server/src/protocol/commands.ts';
import { type CellEditing } from './cellEditing.ts';
import { type ClipboardFormat } from './copyText.ts';
import { type PagePosition, positionBelow } from './element.ts';
import { showFilter } from './filterDialog.ts';
import { type HeaderHost } from './header.ts';
import { showMenu } from './menu.ts';
import { type FromGridPage } from './messages.ts';
import { type Requests } from './requests.ts';
import { type EditedRows, type EditedWindow } from './rowEdits.ts';
import { type Search } from './search.ts';
import { selectedRange, type Cell, wholeColumns } from './selection.ts';
import { type ColumnChoices, columnMoved, columnMovedBy, withHidden, withPinned, withWidth } from './shownColumns.ts';
import { type PaneMode, type SidePane } from './sidePane.ts';
import { type Table } from './table.ts';
import { tableKey } from './tableKeys.ts';
import { cellMenu, columnMenu, type EditAction, type MenuColumn, type TableActions } from './tableMenus.ts';
import { filteredBy, sortedBy, type TableState } from './viewState.ts';

/** Number of frequent values that a filter offers. */
const pickedMax = 200;

/** The table that the commands work on. */
export interface ControlledTable {
  readonly run: number;
  readonly requests: Requests;
  /** All columns, and those that are shown. */
  readonly all: readonly Column[];
  readonly columns: readonly Column[];
  readonly state: TableState;
  readonly table: Table;
  readonly search: Search;
  readonly pane: SidePane;
  readonly cells: CellEditing;
  /** True when cells can be edited. */
  readonly isEditable: boolean;
  /** True for a table of a text. */
  readonly hasText: boolean;
  readonly edits: EditedRows;
  /** Rows of the view, without new ones. */
  readonly viewRows: number;
  /** Rows as they are shown, in full. */
  window(start: number, end: number, columns: readonly Column[]): Promise<EditedWindow>;
  post(message: FromGridPage): void;
  /** Gives the focus to the table. */
  focus(): void;
  setView(view: Partial<TableView>): void;
  setColumns(choices: ColumnChoices): void;
  /** Draws columns; undefined for a table that is not drawn. */
  readonly plot: ((columns: readonly Column[]) => void) | undefined;
}

/** Actions of a user on a table by keys, menus and the heads of columns. */
export class TableControls implements TableActions, HeaderHost {
  readonly #on: ControlledTable;

  constructor(on: ControlledTable) {
    this.#on = on;
  }

  key(event: KeyboardEvent): void {
    const action = tableKey(event, this.#on.isEditable);
    if (action === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const { table, search, pane } = this.#on;
    const { focus } = table.selection;
    const column = this.#on.columns[focus.column];
    if (action.do === 'find') search.open(action.mode);
    else if (action.do === 'again') search.again(action.backward);
    else if (action.do === 'copy') this.copy('tsv');
    else if (action.do === 'pane') pane.toggle(action.mode, focus);
    else if (action.do === 'close') pane.close();
    else if (action.do === 'command') this.#on.post({ type: 'command', command: action.command });
    else if (action.do === 'edit') void this.#on.cells.start(action.typed);
    else if (action.do === 'clear' || action.do === 'delete' || action.do === 'paste') this.edit(action.do);
    else if (action.do === 'insert') this.edit('insertBelow');
    else if (action.do === 'menu') this.cellMenu(focus, table.positionOf(focus));
    else if (column !== undefined && action.do === 'move') this.moveBy(column, action.by);
    else if (column !== undefined && action.do === 'widen') this.widen(column, action.by);
  }

  /** A key anywhere else in the page: those of the search work there too. */
  searchKey(event: KeyboardEvent): void {
    const action = tableKey(event, false);
    if (action?.do === 'find' || action?.do === 'again') this.key(event);
  }

  /** Opens the menu of a column below an element. */
  menu(column: Column, below: HTMLElement): void {
    // The keys of the table work once the menu is closed.
    this.#on.focus();
    showMenu(columnMenu(this.#menuColumn(column), this), positionBelow(below));
  }

  cellMenu(cell: Cell, at: PagePosition): void {
    const column = this.#on.columns[cell.column];
    if (column !== undefined) showMenu(cellMenu(this.#menuColumn(column), this), at);
  }

  /** Opens the menu of all columns, shown and hidden, below an element. */
  columnsMenu(below: HTMLElement): void {
    const { hidden } = this.#on.state.columns;
    const items = this.#on.all.map((column) => {
      const isChecked = !hidden.includes(column.name);
      const run = (isOn: boolean): void => this.setHidden(column, !isOn);
      return { label: column.name, isChecked, staysOpen: true, run };
    });
    showMenu([{ label: 'Show All Columns', run: () => this.showAll() }, 'line', ...items], positionBelow(below));
  }

  clicked(column: Column, adds: boolean): void {
    this.#on.setView({ sort: sortedBy(this.#on.state.view.sort, column.name, adds) });
    this.select(column, false);
    this.#on.focus();
  }

  /** Selects the cell of a column in the present row, and returns it; scrolls to it unless `follows` is false. */
  select({ name }: Column, follows = true): Cell {
    const column = this.#on.columns.findIndex((one) => one.name === name);
    const focus = { row: this.#on.table.selection.focus.row, column };
    this.#on.table.select({ anchor: focus, focus }, follows);
    return focus;
  }

  sort(column: Column, descending: boolean | undefined): void {
    const others = this.#on.state.view.sort.filter((key) => key.column !== column.name);
    this.#on.setView({ sort: descending === undefined ? others : [{ column: column.name, descending }] });
  }

  sortNext({ name }: Column, descending: boolean): void {
    const others = this.#on.state.view.sort.filter((key) => key.column !== name);
    this.#on.setView({ sort: [...others, { column: name, descending }] });
  }

  filter(column: Column): void {
    const { run, requests, state, table } = this.#on;
    const others = { sort: [], filters: filteredBy(state.view.filters, column.name, undefined) };
    const params = { view: others, column: column.name, topMax: pickedMax };
    const present = state.view.filters.find((filter) => filter.column === column.name);
    showFilter(column, present, table.headOf(column.name), {
      summary: () => requests.send(run, 'tableSummary', params, 'filter'),
      // No row is read.
      check: (filter) => {
        const checked = { view: { sort: [], filters: [filter] }, start: 0, count: 0, columns: [column.name] };
        return requests.send(run, 'tableRows', checked, 'filterCheck');
      },
      apply: (filter) => this.setFilter(column.name, filter),
    });
  }

  /** Changes the filter of a column by its name. */
  editFilter(name: string): void {
    const column = this.#on.all.find((each) => each.name === name);
    if (column !== undefined) this.filter(column);
  }

  showPane(mode: PaneMode): void {
    this.#on.pane.open(mode, this.#on.table.selection.focus);
  }

  /** Opens the summary, or closes it. */
  toggleSummary(): void {
    this.#on.pane.toggle('summary', this.#on.table.selection.focus);
  }

  selectColumn(column: Column): void {
    const { table, edits } = this.#on;
    this.select(column, false);
    table.select(wholeColumns(table.selection, { rows: edits.rowCount }), false);
  }

  plot(column: Column): void {
    const { columns, table } = this.#on;
    const { columnStart, columnEnd } = selectedRange(table.selection);
    const selected = columns.slice(columnStart, columnEnd);
    this.#on.plot?.(selected.includes(column) ? selected : [column]);
  }

  setPinned(column: Column, isPinned: boolean): void {
    this.#on.setColumns(withPinned(this.#on.state.columns, column.name, isPinned));
  }

  setHidden(column: Column, isHidden: boolean): void {
    this.#on.setColumns(withHidden(this.#on.state.columns, column.name, isHidden));
  }

  move(column: Column, before: Column | undefined): void {
    const to = { name: column.name, before: before?.name };
    this.#on.setColumns(columnMoved(this.#on.all, this.#on.state.columns, to));
  }

  moveBy(column: Column, by: 1 | -1): void {
    this.#on.setColumns(columnMovedBy(this.#on.all, this.#on.state.columns, { name: column.name, by }));
    const at = this.#on.columns.findIndex(({ name }) => name === column.name);
    const focus = { row: this.#on.table.selection.focus.row, column: at };
    this.#on.table.select({ anchor: focus, focus });
  }

  resize(column: Column, width: number | undefined): void {
    this.#on.setColumns(withWidth(this.#on.state.columns, column.name, width));
  }

  widen(column: Column, by: number): void {
    this.resize(column, this.#on.table.widthOf(column.name) + by);
  }

  copy(format: ClipboardFormat): void {
    const { run, state, table } = this.#on;
    const { rowStart, rowEnd, columnStart, columnEnd } = selectedRange(table.selection);
    const columns = this.#on.columns.slice(columnStart, columnEnd);
    const rowCount = this.#on.viewRows;
    this.#on.post({ type: 'copy', run, view: state.view, columns, rowStart, rowEnd, rowCount, format });
  }

  keepValue(isKept: boolean): void {
    const { focus } = this.#on.table.selection;
    const column = this.#on.columns[focus.column];
    if (column === undefined) return;
    // The table has the beginning of a long text; the filter needs all of it.
    this.#on.window(focus.row, focus.row + 1, [column]).then(
      ({ columns: [[value = null] = []] }) => {
        this.setFilter(column.name, { column: column.name, kind: 'values', values: [value], exclude: !isKept });
      },
      () => undefined,
    );
  }

  showText(): void {
    const { run, table, edits } = this.#on;
    const { row } = table.selection.focus;
    const show = (position: number | null): void => this.#on.post({ type: 'follow', to: 'row', row: position });
    if (edits.newRow(row) !== undefined) return show(null);
    const params = { view: this.#on.state.view, start: edits.viewRow(row), count: 1, columns: [], positions: true };
    this.#on.requests.send(run, 'tableRows', params, 'text').then(
      ({ positions = [] }) => show(positions[0] ?? null),
      () => undefined,
    );
  }

  edit(what: EditAction): void {
    const { cells } = this.#on;
    if (!cells.canEdit()) return;
    if (what === 'edit') void cells.start();
    else if (what === 'clear') void cells.setNull();
    else if (what === 'paste') this.#on.post({ type: 'paste', run: this.#on.run });
    else if (what === 'delete') void cells.deleteRows();
    else if (what === 'revert') void cells.revertRows();
    else void cells.insertRow(what === 'insertAbove');
  }

  showAll(): void {
    this.#on.setColumns({ ...this.#on.state.columns, hidden: [] });
  }

  setFilter(column: string, filter: ColumnFilter | undefined): void {
    this.#setFilters(filteredBy(this.#on.state.view.filters, column, filter));
  }

  clearFilters(): void {
    this.#setFilters([]);
  }

  /** The keys of the table work at once: the control by which the filters were changed may be gone. */
  #setFilters(filters: readonly ColumnFilter[]): void {
    this.#on.setView({ filters });
    this.#on.focus();
  }

  #menuColumn(column: Column): MenuColumn {
    const { columns, view } = this.#on.state;
    return {
      column,
      isSorted: view.sort.some((key) => key.column === column.name),
      isSortedByOthers: view.sort.some((key) => key.column !== column.name),
      isPinned: columns.pinned.includes(column.name),
      hasHidden: columns.hidden.length > 0,
      isEditable: this.#on.isEditable,
      isPlotted: this.#on.plot !== undefined,
      hasText: this.#on.hasText,
    };
  }
}
