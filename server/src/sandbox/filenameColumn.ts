import { type Token, tokenize } from '../base/sqlTokens.ts';
import { type Connection } from '../duckdb/connection.ts';
import { identifier, joinSql, literal, sql, type SqlText } from '../duckdb/sql.ts';
import { type SourceFile } from './sources.ts';

/** Name of the column with the path of the file of each row. */
const filename = 'filename';

/** True when a query names the column `filename`: then its tables have it. */
export function namesFilename(query: string): boolean {
  const isName = ({ kind, text }: Token): boolean =>
    (kind === 'word' || kind === 'identifier') && text.toLowerCase() === filename;
  return tokenize(query).some(isName);
}

/** Name of the column of host paths, which no file is likely to have. */
const hostColumn = identifier('file of the row');

/** A list of columns, and the rows that have them. */
interface Rows {
  readonly list: SqlText;
  readonly from: SqlText;
}

/**
 * SQL that selects columns of files and the column `filename`, unless the files have one of that name. `rowsOf` returns
 * what reads files. Files of equal content may have one host path: it is read once, and its rows are those of each path.
 */
export async function withFilename(
  connection: Connection,
  files: readonly SourceFile[],
  rowsOf: (files: readonly SourceFile[]) => Promise<Rows>,
): Promise<SqlText> {
  const all = await rowsOf(files);
  const plain = sql`SELECT ${all.list} FROM ${all.from}`;
  const columns = await connection.columnsOf(plain);
  if (columns.some(({ name }) => name.toLowerCase() === filename)) return plain;
  const column = identifier(filename);
  const [first] = files;
  if (first !== undefined && new Set(files.map(({ pondPath }) => pondPath)).size === 1) {
    return sql`SELECT ${all.list}, ${literal(pathOf(first))} AS ${column} FROM ${all.from}`;
  }
  const names = files.map((file) => sql`(${literal(file.hostPath)}, ${literal(pathOf(file))})`);
  const { list, from } = await rowsOf([...new Map(files.map((file) => [file.hostPath, file])).values()]);
  const rows = sql`SELECT ${list}, ${column} AS ${hostColumn} FROM ${from}`;
  return sql`SELECT r.* EXCLUDE (${hostColumn}), n.path AS ${column} FROM (${rows}) AS r JOIN (VALUES ${joinSql(names)}) AS n(host, path) ON r.${hostColumn} = n.host`;
}

const pathOf = ({ pondPath, shownPath = pondPath }: SourceFile): string => shownPath;
