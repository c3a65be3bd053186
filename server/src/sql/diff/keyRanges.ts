/** Tables whose rows are in the order of their key: the order proves the key, and ranges of it are read alone. */
import { type ComparedSides } from './diffSql.ts';
import { type TableComparison, isOneType, readRows } from './tableComparison.ts';
import { hasRanges, orderSql, rangesOf, rangeStarts, readOrder, valuesAtSql } from './keyOrder.ts';
import { firstRows, type KeyProfile } from './keyProfile.ts';

/**
 * Numbers of rows of tables that are in the order of a key; undefined for others, and for queries, which need not return
 * the same rows when they run again.
 */
export async function rowsInOrder(
  comparison: TableComparison,
  key: readonly string[],
): Promise<Pick<KeyProfile, 'rowsBefore' | 'rowsAfter'> | undefined> {
  const { sides, tables } = comparison;
  const areStored = 'path' in tables.before && 'path' in tables.after;
  if (key.length === 0 || !areStored || !isOneType(comparison, key)) return undefined;
  const [first] = await readRows(comparison, orderSql(sides, key, firstRows));
  return readOrder(first) && readOrder((await readRows(comparison, orderSql(sides, key)))[0]);
}

/** Both tables, divided into ranges of a key in whose order they are, if these can be read alone. */
export async function keyRanges(
  comparison: TableComparison,
  { key: [column = ''], rowsBefore, rowsAfter }: KeyProfile,
  rowsMax: number,
): Promise<readonly Pick<ComparedSides, 'before' | 'after'>[]> {
  const { sides } = comparison;
  const starts = rangeStarts(Math.max(rowsBefore, rowsAfter), rowsMax);
  const type = sides.columns.shared.find(({ name }) => name === column)?.after ?? '';
  if (starts.length === 0 || !hasRanges(type) || !(await areParquet(comparison))) return [sides];
  const { before, after } = sides;
  const longer = rowsBefore < rowsAfter ? { table: after, other: before } : { table: before, other: after };
  const [values = []] = await readRows(comparison, valuesAtSql(longer, column, starts));
  return rangesOf(
    sides,
    { column, type },
    [...new Set(values)].filter((value) => value !== null),
  );
}

/** True for files of which DuckDB skips the row groups outside of a range; others would be read whole for each. */
async function areParquet({ engine, tables: { pond, before, after }, signal }: TableComparison): Promise<boolean> {
  for (const table of [before, after]) {
    if (!('path' in table)) return false;
    const isParquet = await engine.onFiles(
      pond,
      table,
      async (_, files) => files?.every(({ reading }) => reading.reader === 'read_parquet') === true,
      signal,
    );
    if (!isParquet) return false;
  }
  return true;
}
