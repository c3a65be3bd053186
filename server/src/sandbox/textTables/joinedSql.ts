import { identifier, literalList, sql, type SqlText } from '../../duckdb/sql.ts';
import { filename, pathOf } from '../filenameColumn.ts';
import { type TextScope } from './decoded.ts';
import { joinedRows } from './packedRows.ts';
import { listSql, readCsv, rowOptions } from './readCsv.ts';
import { type TextTable } from './tables.ts';

/** Name of the column with the number of the file of a row, which no file is likely to have. */
const numberColumn = 'number of the file of the row';

/**
 * The SELECT of the rows of files that can be joined, and are read alike; at least one. With `hasFilename` it also selects
 * the column `filename`, unless the files have one of that name.
 */
export function joinedSql(
  scope: TextScope,
  tables: readonly [TextTable, ...TextTable[]],
  hasFilename: boolean,
): SqlText {
  const [first] = tables;
  const list = listSql(first.columns);
  if (!hasFilename || first.columns.some(({ name }) => name.toLowerCase() === filename))
    return sql`SELECT ${list} FROM ${readCsv([joinedRows(scope, tables)], rowOptions(first))}`;
  const number = identifier(numberColumn);
  const rows = readCsv([joinedRows(scope, tables, { isNumbered: true })], rowOptions(first, [numberColumn]));
  const all = list === '*' ? list : sql`${list}, ${number}`;
  const path = sql`list_extract(${literalList(tables.map(({ file }) => pathOf(file)))}, r.${number} + 1)`;
  return sql`SELECT r.* EXCLUDE (${number}), ${path} AS ${identifier(filename)} FROM (SELECT ${all} FROM ${rows}) AS r`;
}
