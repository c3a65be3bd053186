/** Tables whose rows are in the order of their key, of which ranges are read alone. */
import { type ComparedSides } from './diffSql.ts';
import { parquetFiles, readRows, type TableComparison } from './tableComparison.ts';
import { hasRanges, rangesOf, rangeStarts, valuesAtSql } from './keyOrder.ts';
import { type KeyProfile } from './keyProfile.ts';

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
  const { before, after } = sides;
  const longer = rowsBefore < rowsAfter ? { table: after, other: before } : { table: before, other: after };
  const [values = []] = await readRows(comparison, valuesAtSql(longer, column, starts));
  return rangesOf(
    sides,
    { column, type },
    [...new Set(values)].filter((value) => value !== null),
  );
}
