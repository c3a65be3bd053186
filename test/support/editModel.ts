/** Random edits of a table, and the rows that they leave, computed in plain JavaScript. */
import { type TableEdits } from '../../server/src/protocol/tables.ts';

/** Values of a row by column. */
export type EditedRow = ReadonlyMap<string, string | null>;

/** What random edits are made of. */
interface EditSource {
  /** Number of rows, of which the first `settled` are not changed. */
  readonly count: number;
  readonly settled: number;
  /** Returns new values of all columns. */
  readonly typed: () => EditedRow;
}

/** Returns random edits: none of a kind now and then. */
export function randomEdits(random: (count: number) => number, { count, settled, typed }: EditSource): TableEdits {
  const row = (): number => settled + random(count - settled);
  const deleted = new Set(Array.from({ length: random(5) }, row));
  const changed = new Map(
    Array.from({ length: 1 + random(9) }, () => [row(), [...typed()].filter(() => random(3) === 0)] as const),
  );
  return {
    changed: [...changed]
      .filter(([position]) => !deleted.has(position))
      .map(([position, values]) => ({ position, values })),
    deleted: [...deleted],
    inserted: Array.from({ length: random(6) }, () => ({
      before: settled + random(count - settled + 1),
      values: [...typed()],
    })),
  };
}

/** Returns the rows after edits. */
export function editedModel(
  rows: readonly (readonly (string | null)[])[],
  columns: readonly string[],
  { changed, deleted, inserted }: TableEdits,
): readonly (readonly (string | null)[])[] {
  const after: (readonly (string | null)[])[] = [];
  for (let position = 0; position <= rows.length; position += 1) {
    for (const { before, values } of inserted)
      if (before === position) after.push(columns.map((column) => new Map(values).get(column) ?? null));
    const row = rows[position];
    if (row === undefined || deleted.includes(position)) continue;
    const values = new Map(changed.find((each) => each.position === position)?.values);
    after.push(
      columns.map((column, index) => (values.has(column) ? (values.get(column) ?? null) : (row[index] ?? null))),
    );
  }
  return after;
}
