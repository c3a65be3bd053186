import { identifier, literal, sql, type SqlText } from '../../duckdb/sql.ts';
import { type TextScope } from './decoded.ts';
import { loadRows } from './loadRows.ts';
import { csvOptions, readCsv } from './readCsv.ts';
import { type TextTable } from './tables.ts';

/** The table that gets the rows of a file that DuckDB's reader cannot read as they are. */
interface RowsTable {
  readonly table: string;
  readonly isShared: boolean;
}

/**
 * The rows of a CSV file, to select from. Those that DuckDB's reader cannot read as they are, are put into the table
 * first, unless a Parquet file has them.
 */
export async function rowsSql(scope: TextScope, text: TextTable, target: RowsTable): Promise<SqlText> {
  const { file, scan } = text;
  if (scan.isPlain) return readCsv([file], csvOptions(text));
  if (file.rowsPath !== undefined) return sql`read_parquet(${literal(file.rowsPath)})`;
  await loadRows(scope, text, target);
  return identifier(target.table);
}
