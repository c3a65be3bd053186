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

/** SQL that selects columns of files and the column `filename`, unless the files have one of that name. */
export async function withFilename(
  connection: Connection,
  { list, from }: { readonly list: SqlText; readonly from: SqlText },
  files: readonly SourceFile[],
): Promise<SqlText> {
  const plain = sql`SELECT ${list} FROM ${from}`;
  const columns = await connection.columnsOf(plain);
  if (columns.some(({ name }) => name.toLowerCase() === filename)) return plain;
  const column = identifier(filename);
  const [first] = files;
  if (first !== undefined && new Set(files.map(({ pondPath }) => pondPath)).size === 1) {
    return sql`SELECT ${list}, ${literal(pathOf(first))} AS ${column} FROM ${from}`;
  }
  const names = files.map((file) => sql`(${literal(file.hostPath)}, ${literal(pathOf(file))})`);
  const rows = sql`SELECT ${list}, ${column} AS ${hostColumn} FROM ${from}`;
  return sql`SELECT r.* EXCLUDE (${hostColumn}), n.path AS ${column} FROM (${rows}) AS r JOIN (VALUES ${joinSql(names)}) AS n(host, path) ON r.${hostColumn} = n.host`;
}

const pathOf = ({ pondPath, shownPath = pondPath }: SourceFile): string => shownPath;
