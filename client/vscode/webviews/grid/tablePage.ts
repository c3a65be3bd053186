import {
  type ColumnInfo,
  type OpenedTableInfo,
  type TableDiffInfo,
  type TableViewInfo,
} from '../../../../server/src/protocol/commands.ts';
import { changedFilterText, DiffView } from './diff/diffView.ts';
import { element } from './element.ts';
import { type FromGridPage, type ShownView } from './messages.ts';
import { type Requests, Superseded } from './requests.ts';
import { Search } from './search.ts';
import { type ColumnChoices, shownColumns } from './shownColumns.ts';
import { SidePane } from './sidePane.ts';
import { Table } from './table.ts';
import { type TableContent } from './tableContent.ts';
import { type ControlledTable, TableControls } from './tableControls.ts';
import { filterText, isWhole, type TableState } from './viewState.ts';

/** Longest text of a cell that is fetched for the table; the value pane shows the whole. */
const textMax = 1000;

/** A table to show. */
interface ShownTable {
  readonly run: number;
  readonly info: OpenedTableInfo;
  /** Set for the differences of tables. */
  readonly diff: TableDiffInfo | undefined;
  readonly state: TableState;
}

/** What the table needs from the page. */
interface TablePageHost {
  readonly requests: Requests;
  post(message: FromGridPage): void;
  /** The state changed, and is to be kept. */
  changed(state: TableState): void;
  /** The number of rows of the view changed; undefined while it is not known. */
  counted(rowCount: number | undefined): void;
  failed(message: string): void;
}

/** A table with its filters, search and side pane. */
export class TablePage implements ControlledTable {
  readonly root: HTMLElement;
  readonly commands: TableControls;
  readonly search: Search;
  readonly pane: SidePane;
  private readonly host: TablePageHost;
  private readonly shown: ShownTable;
  readonly table: Table;
  private readonly chips = element('div', { class: 'chips', role: 'group', 'aria-label': 'Filters' });
  private readonly empty = element('p', { class: 'empty', role: 'status' });
  /** What the user chose. */
  state: TableState;
  private total: number | undefined;
  private rowCount: number | undefined;
  /** Rows that were received, while their number is not known. */
  private received = 0;
  private generation = 0;
  private differences: TableDiffInfo | undefined;

  constructor(shown: ShownTable, host: TablePageHost) {
    this.shown = shown;
    this.host = host;
    this.state = shown.state;
    this.differences = shown.diff;
    this.total = shown.info.rowCount ?? undefined;
    this.search = this.newSearch();
    this.pane = new SidePane({
      requests: host.requests,
      run: shown.run,
      view: () => this.state.view,
      columns: () => this.columns,
      closed: () => this.focus(),
    });
    this.table = new Table(this.content(), {
      request: (start, count) => this.request(start, count),
      changed: () => this.changed(),
      key: (event) => this.commands.key(event),
      cellMenu: (cell, at) => this.commands.cellMenu(cell, at),
      openValue: () => this.commands.showPane('value'),
      clicked: (column, adds) => this.commands.clicked(column, adds),
      menu: (column, below) => this.commands.menu(column, below),
      resize: (column, width) => this.commands.resize(column, width),
      move: (column, before) => this.commands.move(column, before),
    });
    this.commands = new TableControls(this);
    const main = element('div', { class: 'main' }, this.chips, this.search.root, this.table.root, this.empty);
    this.root = element('div', { class: 'table' }, main, this.pane.root);
    this.table.restore(this.state);
    this.recount();
  }

  /** The view as it is seen, and the number of its rows as far as it is known. */
  get view(): ShownView & { readonly rowCount: number } {
    return { view: this.state.view, columns: this.columns, rowCount: this.rowCount ?? this.received };
  }

  /** First selected row, 0-based. */
  get row(): number {
    return this.table.selection.focus.row;
  }

  /** All rows of the table are known. */
  setTotal(rowCount: number): void {
    this.total = rowCount;
    if (isWhole(this.state.view)) this.setCount(rowCount);
  }

  /** The differences were counted. */
  setDiff(info: TableDiffInfo): void {
    this.differences = info;
    this.table.show(this.content());
  }

  /** How differences are drawn in the shown columns. */
  diff(info: TableDiffInfo): DiffView {
    return new DiffView(info, this.columns);
  }

  focus(): void {
    this.table.root.focus();
  }

  /** Opens the summary, or closes it. */
  toggleSummary(): void {
    this.pane.toggle('summary', this.table.selection.focus);
  }

  get columns(): readonly ColumnInfo[] {
    return shownColumns(this.shown.info.columns, this.state.columns);
  }

  private content(): TableContent {
    const { view, columns: choices } = this.state;
    const { columns } = this;
    const pinned = columns.filter(({ name }) => choices.pinned.includes(name)).length;
    const isCounted = this.rowCount !== undefined;
    const diff = this.differences && this.diff(this.differences);
    const rowCount = this.rowCount ?? this.received;
    return { columns, pinned, widths: choices.widths, view, rowCount, isCounted, diff };
  }

  private newSearch(): Search {
    return new Search({
      send: (params, slot) =>
        this.host.requests.send(this.shown.run, 'findInTable', { view: this.state.view, ...params }, slot),
      columns: () => this.columns,
      rowCount: () => this.view.rowCount,
      focus: () => this.table.selection.focus,
      select: (cell) => this.table.select({ anchor: cell, focus: cell }),
      closed: () => this.focus(),
    });
  }

  get run(): number {
    return this.shown.run;
  }

  get requests(): Requests {
    return this.host.requests;
  }

  get all(): readonly ColumnInfo[] {
    return this.shown.info.columns;
  }

  post(message: FromGridPage): void {
    this.host.post(message);
  }

  setView(change: Partial<TableViewInfo>): void {
    this.state = { ...this.state, view: { ...this.state.view, ...change } };
    this.host.requests.cancelAll();
    this.generation += 1;
    this.table.show(this.content());
    this.recount();
    this.changed();
  }

  setColumns(columns: ColumnChoices): void {
    this.state = { ...this.state, columns };
    this.table.show(this.content());
    this.changed();
  }

  /** Finds out how many rows the view has; its first rows are shown before. */
  private recount(): void {
    this.received = 0;
    this.rowCount = undefined;
    this.drawChips();
    this.empty.textContent = '';
    const { view } = this.state;
    if (isWhole(view)) {
      if (this.total === undefined) this.host.counted(undefined);
      else this.setCount(this.total);
      return;
    }
    this.host.counted(undefined);
    this.host.requests.send(this.shown.run, 'tableCount', { view }, 'count').then(
      ({ rowCount }) => this.setCount(rowCount),
      (error: unknown) => this.failed(error),
    );
  }

  private setCount(rowCount: number): void {
    this.rowCount = rowCount;
    this.table.show(this.content());
    this.table.arrive();
    this.host.counted(rowCount);
    const isFiltered = this.state.view.filters.length > 0;
    this.empty.textContent = rowCount > 0 ? '' : isFiltered ? 'No row meets the filters.' : 'The table has no rows.';
  }

  private request(start: number, count: number): void {
    const { generation } = this;
    const columns = this.columns.map(({ name }) => name);
    const hidden = this.differences === undefined ? [] : this.diff(this.differences).fetched;
    const params = { view: this.state.view, start, count, columns: [...columns, ...hidden], textMax };
    const names = JSON.stringify(columns);
    const isCurrent = (): boolean =>
      generation === this.generation && names === JSON.stringify(this.columns.map(({ name }) => name));
    this.host.requests.send(this.shown.run, 'tableRows', params).then(
      (rows) => {
        if (!isCurrent()) return;
        this.received = Math.max(this.received, start + (rows.columns[0]?.length ?? 0));
        if (this.rowCount === undefined) this.table.show(this.content());
        this.table.put(rows);
      },
      (error: unknown) => {
        if (isCurrent()) this.table.failed(start);
        this.failed(error);
      },
    );
  }

  private changed(): void {
    const { selection, row } = this.table;
    this.state = { ...this.state, selection, row };
    this.host.changed(this.state);
    this.pane.follow(selection.focus);
  }

  private failed(error: unknown): void {
    if (!(error instanceof Superseded)) this.host.failed(error instanceof Error ? error.message : String(error));
  }

  private drawChips(): void {
    const { filters } = this.state.view;
    const chips = filters.map((filter) => {
      const text = changedFilterText(this.differences, filter) ?? filterText(filter);
      const edit = element('button', { type: 'button', title: text }, text);
      const remove = element(
        'button',
        { type: 'button', class: 'icon', 'aria-label': `Remove the filter ${text}` },
        '✕',
      );
      edit.addEventListener('click', () => {
        const column = this.shown.info.columns.find(({ name }) => name === filter.column);
        if (column !== undefined) this.commands.filter(column);
      });
      remove.addEventListener('click', () => this.commands.setFilter(filter.column, undefined));
      return element('span', { class: 'chip' }, edit, remove);
    });
    this.chips.hidden = chips.length === 0;
    if (chips.length < 2) return this.chips.replaceChildren(...chips);
    const clear = element('button', { type: 'button', class: 'link' }, 'Clear All Filters');
    clear.addEventListener('click', () => this.setView({ filters: [] }));
    this.chips.replaceChildren(...chips, clear);
  }
}
