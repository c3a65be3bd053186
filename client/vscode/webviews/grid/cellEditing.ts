import { type CellValue, type Column, type EditingInfo } from '../../../../server/src/protocol/commands.ts';
import { CellEditor, type Move } from './cellEditor.ts';
import { type FromGridPage } from './messages.ts';
import { pastedCells } from './pastedText.ts';
import { messageOf, type Requests, Superseded } from './requests.ts';
import {
  type EditedRows,
  type EditedWindow,
  type KeyedEdit,
  type RowEdit,
  type RowKey,
  withValue,
} from './rowEdits.ts';
import { selectedRange } from './selection.ts';
import { type Table } from './table.ts';
import { countText, numberText } from '../../numberStrings.ts';

/** Rows that one edit changes, at most. */
const rowsMax = 20_000;

/** The table that is edited. */
export interface EditedTable {
  readonly run: number;
  readonly requests: Requests;
  /** Whether the table can be edited, or why not; undefined for the result of a query. */
  readonly editing: EditingInfo | undefined;
  /** Longest text that the table has in full. */
  readonly textMax: number;
  readonly columns: readonly Column[];
  readonly table: Table;
  readonly edits: EditedRows;
  /** True for a view of all rows in the order of the file. */
  readonly isWhole: boolean;
  /** Rows as they are shown, with their edits and in full. */
  window(start: number, end: number, columns: readonly Column[]): Promise<EditedWindow>;
  /** Takes edits of rows over, and passes them on as one step of undo. */
  apply(label: string, rows: readonly KeyedEdit[]): void;
  post(message: FromGridPage): void;
  announce(text: string): void;
  focus(): void;
}

/** Actions of a user on the cells of a table: each is an edit that the editor can undo. */
export class CellEditing {
  readonly #on: EditedTable;
  #editor: CellEditor | undefined;
  /** Text of an editor to open again, once its row is there. */
  #suspended: string | undefined;

  constructor(on: EditedTable) {
    this.#on = on;
  }

  /** True when cells can be edited; else says why not. */
  canEdit(): boolean {
    const { editing } = this.#on;
    if (editing !== undefined && 'base' in editing) return true;
    this.#on.announce(editing?.refused ?? 'The result of a query cannot be edited.');
    return false;
  }

  /** Opens the editor of the selected cell; `typed` is the character with which the user began. */
  async start(typed?: string): Promise<void> {
    const { focus } = this.#on.table.selection;
    const column = this.#on.columns[focus.column];
    if (column === undefined || !this.canEdit()) return;
    this.close();
    let text = typed ?? this.#on.table.text(focus);
    if (typed === undefined && (text === undefined || (text?.length ?? 0) > this.#on.textMax)) {
      const { columns } = await this.#on.window(focus.row, focus.row + 1, [column]);
      text = columns[0]?.[0];
    }
    // Its row is not there any more: an empty text would become its value.
    if (text === undefined) return;
    const cell = document.getElementById(`c${focus.row}-${focus.column}`);
    if (cell === null) return;
    if (cell.classList.contains('deleted')) return this.#on.announce('The row is deleted.');
    const edited = { text: text ?? '', label: `${column.name}, row ${focus.row + 1}`, isTyped: typed !== undefined };
    this.#on.post({ type: 'typing', isOpen: true });
    this.#editor = new CellEditor(cell, edited, {
      check: (value) => this.#problem(column, value),
      commit: (value, move) => this.#commit(focus.row, column, value, move),
      save: () => this.#on.post({ type: 'command', command: 'save' }),
      closed: () => {
        this.#editor = undefined;
        this.#on.post({ type: 'typing', isOpen: false });
        this.#on.focus();
      },
    });
  }

  /** Closes the editor of a cell, for the table to be read again; returns its text. */
  suspend(): string | undefined {
    const { text } = this.#editor ?? {};
    this.close();
    return text ?? this.#suspended;
  }

  /** Opens the editor of the selected cell with a text of `suspend`, once rows arrive. */
  resume(text: string | undefined): void {
    this.#suspended = text;
  }

  /** Rows arrived. */
  arrived(): void {
    const text = this.#suspended;
    this.#suspended = undefined;
    if (text !== undefined) void this.start(text);
  }

  /** Closes the editor of a cell without an edit. */
  close(): void {
    this.#editor?.close();
  }

  /** Sets the selected cells to NULL. */
  async setNull(): Promise<void> {
    const { columnStart, columnEnd } = selectedRange(this.#on.table.selection);
    const columns = this.#on.columns.slice(columnStart, columnEnd);
    await this.#change('Set to NULL', columns, (rows) => rows.map(() => columns.map(() => null)));
  }

  /** Puts copied cells at the selection; a single one into all selected cells. */
  async paste(text: string): Promise<void> {
    const { rowStart, rowEnd, columnStart, columnEnd } = selectedRange(this.#on.table.selection);
    const names = this.#on.columns.slice(columnStart).map(({ name }) => name);
    const cells = pastedCells(text, names);
    if (cells.length === 0) return this.#on.announce('There are no copied cells.');
    const single = cells.length === 1 && cells[0]?.length === 1 ? [cells[0][0] ?? null] : undefined;
    const width = single === undefined ? Math.max(0, ...cells.map((row) => row.length)) : columnEnd - columnStart;
    const columns = this.#on.columns.slice(columnStart, columnStart + width);
    const end = single === undefined ? rowStart + cells.length : rowEnd;
    const left = { rows: Math.max(0, end - this.#on.edits.rowCount), columns: width - columns.length };
    const focus = { row: Math.min(end, this.#on.edits.rowCount) - 1, column: columnStart + columns.length - 1 };
    this.#on.table.select({ anchor: { row: rowStart, column: columnStart }, focus });
    await this.#change('Paste', columns, (rows) =>
      rows.map((_, row) => columns.map((__, column) => (single === undefined ? cells[row]?.[column] : single[0]))),
    );
    if (left.rows > 0 || left.columns > 0)
      this.#on.announce(
        `Left out beyond the end of the table: ${countText(left.rows, 'row')}, ${countText(left.columns, 'column')}.`,
      );
  }

  /** Adds a row above or below the selected one, or at the end of a sorted or filtered view. */
  async insertRow(isAbove: boolean): Promise<void> {
    if (!this.canEdit()) return;
    const { focus } = this.#on.table.selection;
    const place = this.#on.edits.rowCount === 0 ? { before: 0, order: 0 } : await this.#place(focus.row, isAbove);
    const key = crypto.getRandomValues(new Uint32Array(2)).join('-');
    this.#on.apply('Insert Row', [[key, { values: [], ...place }]]);
    const row = this.#on.edits.rowOf(key) ?? focus.row;
    this.#on.table.select({ anchor: { row, column: focus.column }, focus: { row, column: focus.column } });
  }

  /** Removes the selected rows. */
  async deleteRows(): Promise<void> {
    const rows = await this.#selectedRows([]);
    if (rows === undefined) return;
    const changes = rows.keys.map((key): KeyedEdit => {
      if (typeof key === 'string') return [key, null];
      return [key, { values: this.#on.edits.edits.get(key)?.values ?? [], isDeleted: true }];
    });
    this.#on.apply('Delete Rows', changes);
  }

  /** Takes the edits of the selected rows back. */
  async revertRows(): Promise<void> {
    const rows = await this.#selectedRows([]);
    const edited = (rows?.keys ?? []).filter((key) => this.#on.edits.edits.has(key));
    if (edited.length > 0)
      this.#on.apply(
        'Revert Rows',
        edited.map((key): KeyedEdit => [key, null]),
      );
  }

  async #place(row: number, isAbove: boolean): Promise<Pick<RowEdit, 'before' | 'order'>> {
    const { edits } = this.#on;
    const added = edits.newRow(row);
    const next = isAbove ? edits.newRow(row - 1) : edits.newRow(row + 1);
    if (added !== undefined) {
      const { before, order } = added;
      const other = next?.before === before ? next.order : order + (isAbove ? -2 : 2);
      return { before, order: (order + other) / 2 };
    }
    const { keys } = await this.#on.window(row, row + 1, []);
    const position = Number(keys[0] ?? 0);
    if (isAbove) return { before: position, order: next === undefined ? 0 : next.order + 1 };
    return { before: position + 1, order: next === undefined ? 0 : next.order - 1 };
  }

  /** The selected rows with their values in some columns; undefined when there are too many, or none can be edited. */
  async #selectedRows(columns: readonly Column[]): Promise<EditedWindow | undefined> {
    if (!this.canEdit()) return undefined;
    const { rowStart, rowEnd } = selectedRange(this.#on.table.selection);
    if (rowEnd - rowStart <= rowsMax) return await this.#on.window(rowStart, rowEnd, columns);
    this.#on.announce(`At most ${numberText(rowsMax)} rows are edited at a time.`);
    return undefined;
  }

  /** Gives the selected rows values; undefined leaves a cell as it is. All values are taken, or none. */
  async #change(
    label: string,
    columns: readonly Column[],
    valuesOf: (rows: readonly RowKey[]) => readonly (readonly (string | null | undefined)[])[],
  ): Promise<void> {
    const rows = await this.#selectedRows(columns);
    if (rows === undefined) return;
    if (rows.keys.some((key) => this.#isDeleted(key)))
      return this.#on.announce('Nothing was changed: a selected row is deleted.');
    const values = valuesOf(rows.keys);
    const cells = rows.keys.flatMap((key, row) =>
      columns.flatMap(({ name }, column) => {
        const value = values[row]?.[column];
        const same = value === undefined || value === rows.columns[column]?.[row];
        return same ? [] : [{ key, column: name, value }];
      }),
    );
    if (cells.length === 0) return;
    const checked = await this.#checked(cells.map(({ column, value }) => ({ column, value })));
    const wrong = checked.findIndex((cell) => 'expected' in cell);
    const problem = checked[wrong];
    if (problem !== undefined && 'expected' in problem) {
      const { column, value } = cells[wrong]!;
      this.#on.announce(`Nothing was changed: ${column} takes ${problem.expected}, got ${shownValue(value)}`);
      return;
    }
    const edited = new Map<RowKey, RowEdit | null>();
    cells.forEach(({ key, column }, index) => {
      const cell = checked[index]!;
      const before = edited.get(key) ?? this.#on.edits.edits.get(key);
      if ('value' in cell) edited.set(key, withValue(before, column, cell.value));
    });
    this.#on.apply(label, [...edited]);
  }

  async #problem(column: Column, text: string): Promise<string | undefined> {
    const [cell] = await this.#checked([{ column: column.name, value: valueOf(column, text) }]);
    if (cell === undefined || 'value' in cell) return undefined;
    return `expected ${cell.expected}, got ${shownValue(text)}`;
  }

  async #commit(row: number, column: Column, text: string, move: Move): Promise<string | undefined> {
    const { keys, columns } = await this.#on.window(row, row + 1, [column]);
    const [key] = keys;
    const now = columns[0]?.[0] ?? null;
    const value = text === '' && now === null ? null : valueOf(column, text);
    if (key === undefined || this.#isDeleted(key)) return 'The row is deleted.';
    if (value !== now) {
      const [cell] = await this.#checked([{ column: column.name, value }]);
      if (cell !== undefined && 'expected' in cell) return `expected ${cell.expected}, got ${shownValue(text)}`;
      const edit = this.#on.edits.edits.get(key);
      if (cell !== undefined && cell.value !== now)
        this.#on.apply('Edit Cell', [[key, withValue(edit, column.name, cell.value)]]);
    }
    this.#moveBy(move);
    return undefined;
  }

  #moveBy({ rows, columns }: Move): void {
    if (rows === 0 && columns === 0) return;
    const { focus } = this.#on.table.selection;
    const cell = {
      row: Math.min(Math.max(0, focus.row + rows), this.#on.edits.rowCount - 1),
      column: Math.min(Math.max(0, focus.column + columns), this.#on.columns.length - 1),
    };
    this.#on.table.select({ anchor: cell, focus: cell });
  }

  #isDeleted(key: RowKey): boolean {
    return this.#on.edits.edits.get(key)?.isDeleted === true;
  }

  /** Checks values; an error of the request is that of each value. */
  async #checked(
    cells: readonly CellValue[],
  ): Promise<readonly ({ readonly value: string | null } | { readonly expected: string })[]> {
    try {
      return (await this.#on.requests.send(this.#on.run, 'checkCells', { cells })).cells;
    } catch (error) {
      if (error instanceof Superseded) return [];
      const message = messageOf(error);
      return cells.map(() => ({ expected: `an edit that is possible: ${message}` }));
    }
  }
}

/** The value of a text that was typed: of anything but a text, an empty one is NULL. */
function valueOf({ type }: Column, text: string): string | null {
  return text === '' && type !== 'VARCHAR' ? null : text;
}

function shownValue(value: string | null): string {
  return value === null ? 'NULL' : JSON.stringify(value.slice(0, 80));
}
