/** Whether the rows of stored tables are in the order of a key, which proves it. */
import { LruCache } from '../../base/lruCache.ts';
import { orderSql } from './keyOrder.ts';
import { type KeyProfile } from './keyProfile.ts';
import { isOneType, parquetFiles, readRows, type TableComparison } from './tableComparison.ts';

/** Maximum number of tables and keys that are known. */
const knownMax = 1_000;

/**
 * Numbers of rows of tables in the order of a key, undefined for those that are not, by content and key. The version that
 * a table is compared with stays while the table is edited, and all rows are compared by the key of the changed ones.
 */
const known = new LruCache<string, { readonly rows: number | undefined }>({ max: knownMax });

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
  const rowsBefore = await orderedRows(comparison, 'before', key);
  const rowsAfter = rowsBefore === undefined ? undefined : await orderedRows(comparison, 'after', key);
  return rowsBefore === undefined || rowsAfter === undefined ? undefined : { rowsBefore, rowsAfter };
}

type Side = 'before' | 'after';

/** Number of rows of a table in the order of a key; undefined for any other. */
async function orderedRows(
  comparison: TableComparison,
  side: Side,
  key: readonly string[],
): Promise<number | undefined> {
  const name = await contentName(comparison, side, key);
  const cached = name === undefined ? undefined : known.get(name);
  if (cached !== undefined) return cached.rows;
  const { before, after } = comparison.sides;
  const tables = side === 'before' ? { table: before, other: after } : { table: after, other: before };
  const [[isOrdered, count] = []] = await readRows(comparison, orderSql(tables, key));
  const rows = isOrdered === 'true' ? Number(count) : undefined;
  // Other content may have been staged meanwhile.
  if (name !== undefined && name === (await contentName(comparison, side, key))) known.set(name, { rows });
  return rows;
}

/** Identifies the content of a table and a key; undefined unless the table is Parquet. */
async function contentName(
  comparison: TableComparison,
  side: Side,
  key: readonly string[],
): Promise<string | undefined> {
  const files = await parquetFiles(comparison, side);
  if (files === undefined || files.some((file) => file.key === undefined)) return undefined;
  return JSON.stringify([key, files.map((file) => [file.key, file.reading])]);
}
