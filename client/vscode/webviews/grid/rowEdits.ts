/** Edits of a table that are not saved, as the page and the extension know them: plain data. */
import { type RowWindow, type TableEdits } from '../../../../server/src/protocol/commands.ts';
import { countFirst } from '../../../../server/src/base/countFirst.ts';

/** A row: its position in the file, or the name of a new one. */
export type RowKey = number | string;

/** Edits of a row. */
export interface RowEdit {
  /** Values of the columns that changed, or that a new row has. */
  readonly values: readonly (readonly [column: string, value: string | null])[];
  readonly isDeleted?: true;
  /** Of a new row: the position that it comes before, and its order among the new rows there. */
  readonly before?: number;
  readonly order?: number;
}

/** A row with its edits from now on; null for none. */
export type KeyedEdit = readonly [key: RowKey, edit: RowEdit | null];

/** Applies changes to edits, and returns those that revert them. */
export function applyChanges(edits: Map<RowKey, RowEdit>, changes: readonly KeyedEdit[]): readonly KeyedEdit[] {
  const reverse = changes.map(([key]): KeyedEdit => [key, edits.get(key) ?? null]).reverse();
  for (const [key, edit] of changes) {
    if (edit === null) edits.delete(key);
    else edits.set(key, edit);
  }
  return reverse;
}

/** Returns the edits of a row with another value of a column; undefined leaves the value of the file. */
export function withValue(edit: RowEdit | undefined, column: string, value: string | null | undefined): RowEdit | null {
  const others = (edit?.values ?? []).filter(([name]) => name !== column);
  const values = value === undefined ? others : [...others, [column, value] as const];
  if (values.length === 0 && edit?.before === undefined) return null;
  return { ...edit, values };
}

/** Returns edits as the server stages them. */
export function tableEditsOf(edits: ReadonlyMap<RowKey, RowEdit>): TableEdits {
  const changed: { readonly position: number; readonly values: RowEdit['values'] }[] = [];
  const deleted: number[] = [];
  for (const [key, { values, isDeleted }] of edits) {
    if (typeof key !== 'number') continue;
    if (isDeleted === true) deleted.push(key);
    else changed.push({ position: key, values });
  }
  const inserted = newRowsOf(edits).map(({ before, values }) => ({ before, values }));
  return { changed, deleted, inserted };
}

interface NewRow {
  readonly key: string;
  readonly before: number;
  readonly order: number;
  readonly values: RowEdit['values'];
}

/** The new rows in their order. */
export function newRowsOf(edits: ReadonlyMap<RowKey, RowEdit>): readonly NewRow[] {
  const rows: NewRow[] = [];
  for (const [key, { before, order = 0, values }] of edits)
    if (typeof key === 'string' && before !== undefined) rows.push({ key, before, order, values });
  return rows.sort((a, b) => a.before - b.before || a.order - b.order);
}

/** Changes of a cell by edits. */
export type CellMark = 'edited' | 'inserted' | 'deleted';

/** Rows with edits, with the `keys` of the rows. */
export interface EditedWindow {
  readonly keys: readonly RowKey[];
  readonly columns: RowWindow['columns'];
}

/** The view that edits are shown in. */
interface EditedView {
  /** True for all rows in the order of the file: new rows are then where they belong, else at the end. */
  readonly isWhole: boolean;
  /** Rows of the view as far as known, without the new ones. */
  readonly rowCount: number;
}

/** The rows of a view with edits: which of them is a row of the view, and which is new. */
export class EditedRows {
  readonly edits: ReadonlyMap<RowKey, RowEdit>;
  private readonly added: readonly NewRow[];
  private readonly places: readonly number[];
  private readonly view: EditedView;

  constructor(edits: ReadonlyMap<RowKey, RowEdit>, view: EditedView) {
    this.edits = edits;
    this.view = view;
    this.added = newRowsOf(edits);
    const { isWhole, rowCount } = view;
    this.places = this.added.map(({ before }, index) => index + (isWhole ? Math.min(before, rowCount) : rowCount));
  }

  /** Number of rows, with the new ones. */
  get rowCount(): number {
    return this.view.rowCount + this.added.length;
  }

  /** The new row that is shown in a row; undefined for a row of the view. */
  newRow(row: number): NewRow | undefined {
    const index = this.newBefore(row);
    return this.places[index] === row ? this.added[index] : undefined;
  }

  /** The row of the view that is shown in a row; for a new row, the next one. */
  viewRow(row: number): number {
    return row - this.newBefore(row);
  }

  /** The row in which a row of the view is shown. */
  shownRow(viewRow: number): number {
    return viewRow + countFirst(this.places.length, (index) => this.places[index]! - index <= viewRow);
  }

  /** The row in which a new row is shown. */
  rowOf(key: string): number | undefined {
    return this.places[this.added.findIndex((row) => row.key === key)];
  }

  /** Rows of the view that are shown in some rows. */
  viewRange(start: number, end: number): { readonly start: number; readonly count: number } {
    const from = this.viewRow(start);
    return { start: from, count: Math.max(0, Math.min(this.viewRow(end), this.view.rowCount) - from) };
  }

  /**
   * Puts the edits over rows that were read, which begin with that of `start` or before. Those of a table that cannot be
   * edited are read without positions; their keys are their rows in the view.
   */
  over(start: number, end: number, names: readonly string[], read: RowWindow): EditedWindow {
    const count = read.positions?.length ?? read.columns[0]?.length ?? 0;
    const keys: RowKey[] = [];
    const columns: (string | null)[][] = names.map(() => []);
    for (let row = start; row < Math.min(end, this.rowCount); row += 1) {
      const added = this.newRow(row);
      const index = this.viewRow(row) - read.start;
      if (added === undefined && index >= count) continue;
      const key = added?.key ?? read.positions?.[index] ?? this.viewRow(row);
      keys.push(key);
      const edit = this.edits.get(key);
      names.forEach((name, column) => {
        const value = valueIn(edit, name);
        columns[column]?.push(
          value !== undefined ? value : added === undefined ? (read.columns[column]?.[index] ?? null) : null,
        );
      });
    }
    return { keys, columns };
  }

  /** Changes of the cell of a row by edits. */
  mark(key: RowKey | undefined, column: string): CellMark | undefined {
    const edit = key === undefined ? undefined : this.edits.get(key);
    if (edit === undefined) return undefined;
    if (edit.isDeleted === true) return 'deleted';
    if (edit.before !== undefined) return 'inserted';
    return valueIn(edit, column) === undefined ? undefined : 'edited';
  }

  /** Number of new rows that are shown before a row. */
  private newBefore(row: number): number {
    return countFirst(this.places.length, (index) => this.places[index]! < row);
  }
}

/** The value that edits of a row give to a column; undefined for none. */
export function valueIn(edit: RowEdit | undefined, column: string): string | null | undefined {
  return edit?.values.find(([name]) => name === column)?.[1];
}

/** Edits as lines of text: row, column and value, separated by tabs; rows count from 1, a new one has the next. */
export function editsText(edits: ReadonlyMap<RowKey, RowEdit>): string {
  const lines = [...edits].flatMap(([key, { values, isDeleted, before = 0 }]) => {
    const row = typeof key === 'number' ? `${key + 1}` : `new, before ${before + 1}`;
    if (isDeleted === true) return [`${row}\tdeleted\t`];
    return values.map(([column, value]) => `${row}\t${column}\t${value ?? 'NULL'}`);
  });
  return ['row\tcolumn\tvalue', ...lines].join('\n');
}
