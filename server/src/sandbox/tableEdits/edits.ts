/** Edits of a table: plain data. Rows have their positions in the file, 0 for the first, as before the edits. */

/** Values of a row by the names of their columns, as texts that a CAST takes; null is NULL. */
export type RowValues = readonly (readonly [column: string, value: string | null])[];

/** Changed values of rows, removed rows, and new rows. */
export interface TableEdits {
  readonly changed: readonly { readonly position: number; readonly values: RowValues }[];
  readonly deleted: readonly number[];
  /**
   * New rows, each before the row at `before`; those of one place in their order. The number of rows is the place after
   * the last. Columns without a value are NULL.
   */
  readonly inserted: readonly { readonly before: number; readonly values: RowValues }[];
}

/** A value to check before it becomes an edit. */
export interface CellValue {
  readonly column: string;
  readonly value: string | null;
}

/** A value as the file will have it, or what its column takes instead. */
export type CheckedCell = { readonly value: string | null } | { readonly expected: string };

/** Edits by position, for one pass over the rows. */
export interface PlannedEdits {
  readonly changed: ReadonlyMap<number, RowValues>;
  readonly deleted: ReadonlySet<number>;
  readonly inserted: ReadonlyMap<number, readonly RowValues[]>;
  /** Change of the number of rows. */
  readonly growth: number;
}

/** Returns edits by position. A row that is deleted is not changed; of several changes of a row, later values count. */
export function planEdits({ changed, deleted, inserted }: TableEdits): PlannedEdits {
  const gone = new Set(deleted);
  const values = new Map<number, RowValues>();
  for (const row of changed) {
    if (gone.has(row.position)) continue;
    values.set(row.position, [...(values.get(row.position) ?? []), ...row.values]);
  }
  const added = new Map<number, RowValues[]>();
  for (const row of inserted) {
    const rows = added.get(row.before);
    if (rows === undefined) added.set(row.before, [row.values]);
    else rows.push(row.values);
  }
  return { changed: values, deleted: gone, inserted: added, growth: inserted.length - gone.size };
}
