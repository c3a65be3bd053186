import {
  type Column,
  type OpenedTableInfo,
  type RowWindow,
  type TableView,
} from '../../../../server/src/protocol/commands.ts';
import { type Requests } from './requests.ts';
import { RowCounter } from './rowCounter.ts';
import { type EditedRows, type EditedWindow } from './rowEdits.ts';

/** Longest text of a cell that is fetched for the table; the value pane shows the whole. */
export const textMax = 1000;

/** The opened table whose rows are read. */
interface ReadTable {
  readonly run: number;
  readonly info: OpenedTableInfo;
  readonly state: { readonly view: TableView };
}

/** Interface of the table to its rows. */
interface ViewRowsHost {
  readonly requests: Requests;
  view(): TableView;
  /** The columns that are shown, and the names of those that are read with them. */
  columns(): readonly Column[];
  hidden(): readonly string[];
  edits(): EditedRows;
  /** The number of rows of the view, or of the table, is known, or is no longer. */
  counted(): void;
  received(rows: RowWindow): void;
  /** The rows from `start` on could not be read. */
  missed(start: number): void;
  failed(error: unknown): void;
  /** The rows of the view could not be counted. */
  uncounted(error: unknown): void;
}

/** True for a table whose cells can be edited. */
export function isEditable({ editing }: OpenedTableInfo): boolean {
  return editing !== undefined && 'base' in editing;
}

/** The rows of a view, as they are read and counted; rows that were requested for an earlier view are dropped. */
export class ViewRows {
  readonly #table: ReadTable;
  readonly #host: ViewRowsHost;
  readonly #counter: RowCounter;
  #generation = 0;

  constructor(table: ReadTable, host: ViewRowsHost) {
    this.#table = table;
    this.#host = host;
    this.#counter = new RowCounter(table.state.view, table.info.rowCount ?? undefined, {
      count: async (view) => (await host.requests.send(table.run, 'tableCount', { view }, 'count')).rowCount,
      changed: () => host.counted(),
      failed: (error) => host.uncounted(error),
    });
  }

  /** Rows of the view as far as known. */
  get count(): number {
    return this.#counter.rows;
  }

  /** Rows of the view; undefined while they are counted. */
  get known(): number | undefined {
    return this.#counter.known;
  }

  get isCounted(): boolean {
    return this.known !== undefined;
  }

  /** Rows of the table; undefined while they are counted. */
  get total(): number | undefined {
    return this.#counter.total;
  }

  /** All rows of the table are known. */
  setTotal(rowCount: number): void {
    this.#counter.setTotal(rowCount);
  }

  /** Drops what was requested: the view is another one now. */
  drop(): void {
    this.#generation += 1;
    this.#host.requests.cancelAll();
  }

  /** Counts the rows of the present view. */
  recount(): void {
    this.#counter.begin(this.#host.view());
  }

  /** Reads rows of the view, which `received` gets. */
  request(start: number, count: number): void {
    const [generation, host] = [this.#generation, this.#host];
    const columns = this.#names();
    const fetched = { columns: [...columns, ...host.hidden()], positions: isEditable(this.#table.info) };
    const params = { view: host.view(), start, count, textMax, ...fetched };
    const isCurrent = (): boolean =>
      generation === this.#generation && JSON.stringify(columns) === JSON.stringify(this.#names());
    host.requests.send(this.#table.run, 'tableRows', params).then(
      (rows) => {
        if (!isCurrent()) return;
        this.#counter.receive(start + (rows.columns[0]?.length ?? 0));
        host.received(rows);
      },
      (error: unknown) => {
        if (isCurrent()) host.missed(start);
        host.failed(error);
      },
    );
  }

  /** Rows as they are shown, with their edits and in full. */
  async window(start: number, end: number, columns: readonly Column[], slot?: string): Promise<EditedWindow> {
    const names = columns.map(({ name }) => name);
    const range = this.#host.edits().viewRange(start, end);
    const params = { view: this.#host.view(), ...range, columns: names, positions: isEditable(this.#table.info) };
    const none = { start: range.start, columns: [] };
    const read = range.count === 0 ? none : await this.#host.requests.send(this.#table.run, 'tableRows', params, slot);
    return this.#host.edits().over(start, end, names, read);
  }

  #names(): readonly string[] {
    return this.#host.columns().map(({ name }) => name);
  }
}
