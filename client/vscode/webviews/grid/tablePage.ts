import { moveFocus } from '../focus.ts';
import {
  type ColumnFilter,
  type Column,
  type OpenedTableInfo,
  type RowWindow,
  type TableDiffInfo,
  type TableView,
} from '../../../../server/src/protocol/commands.ts';
import { CellEditing, type EditedTable } from './cellEditing.ts';
import { changedFilterText, DiffView } from './diff/diffView.ts';
import { element } from './element.ts';
import { drawChips } from './filterChips.ts';
import { type FromGridPage, type ShownView } from './messages.ts';
import { messageOf, type Requests, Superseded } from './requests.ts';
import { applyChanges, EditedRows, type EditedWindow, type KeyedEdit, type RowEdit, type RowKey } from './rowEdits.ts';
import { type Search } from './search.ts';
import { SelectionBar } from './selectionBar.ts';
import { tableSearch } from './tableSearch.ts';
import { type ColumnChoices, shownColumns } from './shownColumns.ts';
import { SidePane } from './sidePane.ts';
import { Table } from './table.ts';
import { type TableContent } from './tableContent.ts';
import { type ControlledTable, TableControls } from './tableControls.ts';
import { isEditable, textMax, ViewRows } from './viewRows.ts';
import { filterText, isWhole, type TableState } from './viewState.ts';

/** A table to show. */
interface ShownTable {
  readonly run: number;
  readonly info: OpenedTableInfo;
  /** Set for the differences of tables. */
  readonly diff: TableDiffInfo | undefined;
  readonly state: TableState;
  /** True for the table of a text. */
  readonly hasText: boolean;
}

/** Interface of the page to the table. */
interface TablePageHost {
  readonly requests: Requests;
  post(message: FromGridPage): void;
  /** The state changed, and is to be kept. */
  changed(state: TableState): void;
  /** The number of rows of the view, or of the table, changed; undefined while it is not known. */
  counted(rowCount: number | undefined, total: number | undefined): void;
  /** The first rows of another view are being read, and are shown. */
  reading(): void;
  read(): void;
  failed(message: string): void;
  announce(text: string): void;
  /** Draws columns; undefined for differences of tables. */
  readonly plot: ((columns: readonly Column[]) => void) | undefined;
}

/** A table with its filters, search and side pane. */
export class TablePage implements ControlledTable, EditedTable {
  readonly root: HTMLElement;
  readonly commands: TableControls;
  readonly cells: CellEditing;
  readonly search: Search;
  readonly pane: SidePane;
  readonly #selectionBar: SelectionBar;
  readonly #host: TablePageHost;
  readonly #shown: ShownTable;
  readonly table: Table;
  readonly #chips = element('div', { class: 'chips', role: 'group', 'aria-label': 'Filters' });
  readonly #empty = element('p', { class: 'empty', role: 'status' });
  /** Choices of the user. */
  state: TableState;
  readonly #rows: ViewRows;
  readonly #draft = new Map<RowKey, RowEdit>();
  readonly textMax = textMax;
  edits: EditedRows;
  #differences: TableDiffInfo | undefined;

  constructor(shown: ShownTable, host: TablePageHost) {
    this.#shown = shown;
    this.#host = host;
    this.state = shown.state;
    this.#differences = shown.diff;
    this.#rows = new ViewRows(shown, {
      ...{ requests: host.requests, view: () => this.state.view, columns: () => this.columns, edits: () => this.edits },
      hidden: () => (this.#differences === undefined ? [] : this.diff(this.#differences).fetched),
      counted: () => this.#counted(),
      received: (rows) => this.#received(rows),
      missed: (start) => this.table.failed(start),
      failed: (error) => this.#failed(error),
      uncounted: (error) => this.#uncounted(error),
    });
    this.edits = this.#editedRows();
    this.cells = new CellEditing(this);
    this.search = tableSearch(this);
    this.pane = new SidePane({
      ...{ requests: host.requests, run: shown.run },
      view: () => this.state.view,
      columns: () => this.columns,
      window: (start, end, columns) => this.#rows.window(start, end, columns, 'pane'),
      select: (column) => this.commands.select(column),
      opened: () => this.table.reveal(),
      closed: () => this.focus(),
    });
    this.#selectionBar = new SelectionBar(this);
    this.commands = new TableControls(this);
    this.table = new Table(this.#content(), {
      request: (start, count) => this.#rows.request(start, count),
      changed: () => this.#changed(),
      key: (event) => this.commands.key(event),
      cellMenu: (cell, at) => this.commands.cellMenu(cell, at),
      activated: () => (this.isEditable ? void this.cells.start() : this.commands.showPane('value')),
      head: this.commands,
    });
    const [chips, empty, selectionBar] = [this.#chips, this.#empty, this.#selectionBar],
      { search, table, pane } = this;
    const main = element('div', { class: 'main' }, chips, search.root, table.root, empty, selectionBar.root);
    this.root = element('div', { class: 'table' }, main, pane.root);
    this.table.root.setAttribute('aria-readonly', String(!this.isEditable));
    this.table.restore(this.state);
    // The rows that the table was opened with took the time of opening it.
    if (!this.isWhole) host.reading();
    this.#recount();
  }

  /** The view as it is seen, and the number of its rows as far as it is known. */
  get view(): ShownView & { readonly rowCount: number } {
    return { view: this.state.view, columns: this.columns, rowCount: this.viewRows };
  }

  get viewRows(): number {
    return this.#rows.count;
  }

  get isCounted(): boolean {
    return this.#rows.isCounted;
  }

  get editing(): OpenedTableInfo['editing'] {
    return this.#shown.info.editing;
  }

  get isEditable(): boolean {
    return isEditable(this.#shown.info);
  }

  get plot(): TablePageHost['plot'] {
    return this.#host.plot;
  }

  get hasText(): boolean {
    return this.#shown.hasText;
  }

  get isWhole(): boolean {
    return isWhole(this.state.view);
  }

  /** First selected row, 0-based. */
  get row(): number {
    return this.table.selection.focus.row;
  }

  /** All rows of the table are known. */
  setTotal(rowCount: number): void {
    this.#rows.setTotal(rowCount);
  }

  /** The differences were counted. */
  setDiff(info: TableDiffInfo): void {
    this.#differences = info;
    this.table.show(this.#content());
  }

  /** Drawing of differences in the shown columns. */
  diff(info: TableDiffInfo): DiffView {
    return new DiffView(info, this.columns);
  }

  focus(): void {
    moveFocus(this.table.root);
  }

  get columns(): readonly Column[] {
    return shownColumns(this.#shown.info.columns, this.state.columns);
  }

  #content(): TableContent {
    const { view, columns: choices } = this.state;
    const { columns, isCounted } = this;
    const pinned = columns.filter(({ name }) => choices.pinned.includes(name)).length;
    const diff = this.#differences && this.diff(this.#differences);
    const edits = (this.edits = this.#editedRows());
    return { columns, pinned, widths: choices.widths, view, rowCount: edits.rowCount, isCounted, edits, diff };
  }

  get run(): number {
    return this.#shown.run;
  }

  get requests(): Requests {
    return this.#host.requests;
  }

  get all(): readonly Column[] {
    return this.#shown.info.columns;
  }

  readonly post = (message: FromGridPage): void => this.#host.post(message);
  setView(change: Partial<TableView>): void {
    this.state = { ...this.state, view: { ...this.state.view, ...change } };
    this.#rows.drop();
    this.table.goToStart();
    this.table.show(this.#content());
    this.#host.reading();
    this.#recount();
    this.#changed();
  }

  setColumns(columns: ColumnChoices): void {
    this.state = { ...this.state, columns };
    this.table.show(this.#content());
    this.#changed();
  }

  /** Finds out how many rows the view has; its first rows are shown before. */
  #recount(): void {
    const text = (filter: ColumnFilter): string =>
      changedFilterText(this.#differences, filter) ?? filterText(filter, this.all);
    drawChips(this.#chips, this.state.view.filters, { text, actions: this.commands });
    this.#empty.textContent = '';
    this.#rows.recount();
  }

  #counted(): void {
    const { known, total } = this.#rows;
    if (known === undefined) return this.#host.counted(undefined, total);
    this.table.show(this.#content());
    this.table.arrive();
    this.#host.counted(known, total);
    this.#empty.textContent = known > 0 ? '' : this.#emptyText();
  }

  #emptyText(): string {
    if (this.state.view.filters.length > 0) return 'No row meets the filters.';
    return this.#differences === undefined ? 'The table has no rows.' : 'No row differs.';
  }

  #received(rows: RowWindow): void {
    this.#host.read();
    if (!this.isCounted) this.table.show(this.#content());
    this.table.put(rows);
    this.cells.arrived();
  }

  /** Rows as they are shown, with their edits and in full. */
  window(start: number, end: number, columns: readonly Column[]): Promise<EditedWindow> {
    return this.#rows.window(start, end, columns);
  }

  apply(label: string, rows: readonly KeyedEdit[]): void {
    this.edited(rows, false);
    this.#host.post({ type: 'edit', run: this.run, label, rows });
  }

  /** Takes over edits of rows: all that there are, with `isAll`. */
  edited(rows: readonly KeyedEdit[], isAll: boolean): void {
    if (isAll) this.#draft.clear();
    applyChanges(this.#draft, rows);
    this.table.show(this.#content());
  }

  readonly announce = (text: string): void => this.#host.announce(text);
  #editedRows(): EditedRows {
    return new EditedRows(this.#draft, { isWhole: this.isWhole, rowCount: this.viewRows });
  }

  #changed(): void {
    const { selection, row } = this.table;
    this.state = { ...this.state, selection, row };
    this.#host.changed(this.state);
    this.pane.follow(selection.focus);
    this.#selectionBar.follow();
  }

  #failed(error: unknown): void {
    if (!(error instanceof Superseded)) this.#host.failed(messageOf(error));
  }

  /** A view that cannot be counted shows the error in place of rows that would never come. */
  #uncounted(error: unknown): void {
    if (error instanceof Superseded) return;
    this.#host.failed(messageOf(error));
    this.table.show(this.#content());
    if (this.viewRows === 0) this.#empty.textContent = messageOf(error);
  }
}
