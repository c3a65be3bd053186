import { identifier, joinSql, literal, literalList, sql, type SqlText } from '../../duckdb/sql.ts';
import { type SourceFile } from '../sources.ts';
import { type TextScope } from './decoded.ts';
import { loadRows } from './loadRows.ts';
import { headLines } from './packedRows.ts';
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

/** The rows of files with the same options. */
export function readCsv(files: readonly Pick<SourceFile, 'hostPath'>[], options: SqlText): SqlText {
  return sql`read_csv(${literalList(files.map(({ hostPath }) => hostPath))}${options})`;
}

/** The options of read_csv, each after a comma: all of them, so that nothing is guessed. */
export function csvOptions(text: TextTable, { headLines: skip = headLines(text) } = {}): SqlText {
  const { file, scan, columns } = text;
  const { layout, lineEnds } = scan;
  const types = columns.map(({ name, readAs }) => sql`${literal(name)}: ${literal(readAs)}`);
  const options = [
    sql`auto_detect = false`,
    sql`delim = ${literal(layout.delimiter)}`,
    sql`quote = ${literal(layout.quote)}`,
    sql`escape = ${literal(layout.quote)}`,
    sql`new_line = ${literal(lineEnds[0] === 'CRLF' ? '\\r\\n' : '\\n')}`,
    sql`skip = ${skip}`,
    sql`comment = ''`,
    sql`header = false`,
    sql`nullstr = ${literalList(['', ...(file.format?.nulls ?? [])])}`,
    sql`columns = {${joinSql(types)}}`,
    sql`compression = ${literal(file.reading.compression ?? 'none')}`,
  ];
  return sql`, ${joinSql(options)}`;
}
