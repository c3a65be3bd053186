/** Facts that one statement finds about one of the tables that are compared, once for each content. */
import { LruCache } from '../../base/lruCache.ts';
import { sql, type SqlText } from '../../duckdb/sql.ts';
import { type OneOfTwo } from './diffSql.ts';
import { parquetFiles, readRows, type TableComparison, type TextRow } from './tableComparison.ts';

type Side = 'before' | 'after';

/** Maximum number of rows that are cached. */
const knownMax = 1_000;

/**
 * Rows by content and statement. The version that a table is compared with stays while the table is edited, and all rows
 * are compared by the key of the changed ones.
 */
const known = new LruCache<string, TextRow>({ max: knownMax });

/** The row of a statement about one of the tables: the same for the same content. It is cached for Parquet. */
export async function tableFacts(
  comparison: TableComparison,
  side: Side,
  statement: (tables: OneOfTwo) => SqlText,
): Promise<TextRow> {
  const about = statement({ table: sql`t`, other: sql`o` });
  const name = await contentName(comparison, side, about);
  const cached = name === undefined ? undefined : known.get(name);
  if (cached !== undefined) return cached;
  const { before, after } = comparison.sides;
  const tables = side === 'before' ? { table: before, other: after } : { table: after, other: before };
  const [row = []] = await readRows(comparison, statement(tables));
  // Other content may have been staged meanwhile.
  if (name !== undefined && name === (await contentName(comparison, side, about))) known.set(name, row);
  return row;
}

/** Identifies the content of a table and a statement about it; undefined unless the table is Parquet. */
async function contentName(comparison: TableComparison, side: Side, about: SqlText): Promise<string | undefined> {
  const files = await parquetFiles(comparison, side);
  if (files === undefined || files.some((file) => file.key === undefined)) return undefined;
  return JSON.stringify([about, files.map((file) => [file.key, file.reading])]);
}
