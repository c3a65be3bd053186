/** Tables whose rows are in the order of their key: the order proves the key, and ranges of it are read alone. */
import { type ComparedSides } from './diffSql.ts';
import { hasRanges, orderSql, rangesOf, rangeStarts, valuesAtSql } from './keyOrder.ts';
import { type KeyProfile } from './keyProfile.ts';
import { isOneType, parquetFiles, type TableComparison } from './tableComparison.ts';
import { tableFacts } from './tableFacts.ts';

/**
 * Numbers of rows of tables that are in the order of a key; undefined for others, and for queries, which need not return
 * the same rows when they run again.
 */
export async function rowsInOrder(
  comparison: TableComparison,
  key: readonly string[],
): Promise<Pick<KeyProfile, 'rowsBefore' | 'rowsAfter'> | undefined> {
  const { before, after } = comparison.tables;
  if (key.length === 0 || !('path' in before && 'path' in after) || !isOneType(comparison, key)) return undefined;
  const rows: number[] = [];
  for (const side of ['before', 'after'] as const) {
    const [isOrdered, count] = await tableFacts(comparison, side, (tables) => orderSql(tables, key));
    if (isOrdered !== 'true') return undefined;
    rows.push(Number(count));
  }
  const [rowsBefore = 0, rowsAfter = 0] = rows;
  return { rowsBefore, rowsAfter };
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
  if (starts.length === 0 || !hasRanges(type)) return [sides];
  // DuckDB skips the row groups of Parquet outside of a range; other files would be read whole for each.
  for (const side of ['before', 'after'] as const) {
    if ((await parquetFiles(comparison, side)) === undefined) return [sides];
  }
  const longer = rowsBefore < rowsAfter ? 'after' : 'before';
  const values = await tableFacts(comparison, longer, (tables) => valuesAtSql(tables, column, starts));
  return rangesOf(
    sides,
    { column, type },
    [...new Set(values)].filter((value) => value !== null),
  );
}
