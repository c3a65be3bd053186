import { identifier, sql, type SqlText } from '../../duckdb/sql.ts';
import { type Pond } from '../../pond/types.ts';
import { type ComparedTable } from '../../protocol/rowDiff.ts';
import { type SourceFile } from '../../sandbox/sources.ts';
import { type Column } from '../../protocol/results.ts';
import { type QueryEngine } from '../engine.ts';
import { ownStatement } from '../ownStatement.ts';
import { queryFromSql } from '../tables/shownSql.ts';
import { compareColumns } from './comparedColumns.ts';
import { type ComparedSides } from './diffSql.ts';

/** Two tables to compare. */
export interface ComparedTables {
  readonly pond: Pond;
  readonly before: ComparedTable;
  readonly after: ComparedTable;
}

/** Two tables that are compared, and what reads them. */
export interface TableComparison {
  readonly engine: QueryEngine;
  readonly tables: ComparedTables;
  readonly sides: ComparedSides;
  readonly signal: AbortSignal | undefined;
}

/** Finds the columns of two tables. Fails as a query. */
export async function openComparison(
  engine: QueryEngine,
  tables: ComparedTables,
  signal: AbortSignal | undefined,
): Promise<TableComparison> {
  const { pond } = tables;
  const [before, after] = [await fromSql(pond, tables.before), await fromSql(pond, tables.after)];
  // Each statement names both tables, so that all of them use one database, which keeps what it read of the files.
  const both = sql`(SELECT * FROM ${before} LIMIT 0) AS b, (SELECT * FROM ${after} LIMIT 0) AS a`;
  const columnsOf = async (side: SqlText): Promise<readonly Column[]> => {
    const { resultId, columns } = await ownStatement(
      engine.run(pond, { sql: sql`SELECT ${side}.* FROM ${both}` }, signal),
    );
    await engine.release(resultId);
    return columns;
  };
  const columns = compareColumns(await columnsOf(sql`b`), await columnsOf(sql`a`));
  return { engine, tables, sides: { before, after, columns }, signal };
}

/** The table as it follows FROM. A version is stated by its number, since a name may not hold each form of one. */
export async function fromSql(pond: Pond, table: ComparedTable): Promise<SqlText> {
  if ('sql' in table) return queryFromSql(table.sql);
  const { path, at } = table;
  if (at === undefined) return identifier(path);
  const { number } = await pond.resolve(at);
  const [, file = path, sheet = ''] = /^(.*?\.xlsx)(#[^/]+)$/is.exec(path) ?? [];
  return identifier(`${file}@${number}${sheet}`);
}

/** The files of a stored table that DuckDB reads as Parquet; undefined for any other table. */
export async function parquetFiles(
  { engine, tables, signal }: TableComparison,
  side: 'before' | 'after',
): Promise<readonly SourceFile[] | undefined> {
  const table = tables[side];
  if (!('path' in table)) return undefined;
  const files = await engine.onFiles(tables.pond, table, async (_, found) => found, signal);
  return files?.every(({ reading }) => reading.reader === 'read_parquet') === true ? files : undefined;
}

/** A row as text; null for NULL. */
export type TextRow = readonly (string | null)[];

/** At most `count` rows of a query about the tables. */
export async function readRows(
  { engine, tables: { pond }, signal }: TableComparison,
  text: SqlText,
  count = 1,
): Promise<readonly TextRow[]> {
  const { resultId } = await ownStatement(engine.run(pond, { sql: text }, signal));
  try {
    const { columns } = await engine.rows(resultId, 0, count);
    return Array.from({ length: columns[0]?.length ?? 0 }, (_, row) => columns.map((column) => column[row] ?? null));
  } finally {
    await engine.release(resultId);
  }
}

/** True when both tables have the columns of a key with the same types. */
export function isOneType({ sides }: TableComparison, key: readonly string[]): boolean {
  return sides.columns.shared.every(({ name, before, after }) => !key.includes(name) || before === after);
}
