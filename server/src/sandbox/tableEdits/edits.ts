/** Edits of a table: plain data. Rows have their positions in the file, 0 for the first, as before the edits. */

import { type RowValues, type TableEdits } from '../../protocol/tables.ts';

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

/** Returns the function from positions before edits to those after them; undefined for a deleted row. */
export function positionMap({ deleted, inserted }: PlannedEdits): (position: number) => number | undefined {
  const steps = [
    ...[...inserted].map(([before, rows]) => ({ from: before, by: rows.length })),
    ...[...deleted].map((position) => ({ from: position + 1, by: -1 })),
  ].sort((a, b) => a.from - b.from);
  let sum = 0;
  const shifts = steps.map(({ from, by }) => ({ from, shift: (sum += by) }));
  return (position) => {
    if (deleted.has(position)) return undefined;
    return position + (shifts.findLast(({ from }) => from <= position)?.shift ?? 0);
  };
}
