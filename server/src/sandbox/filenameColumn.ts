import { type Token, tokenize } from '../base/sqlTokens.ts';
import { type Connection } from '../duckdb/connection.ts';
import { identifier, joinSql, literal, sql, type SqlText } from '../duckdb/sql.ts';
import { type SourceFile } from './sources.ts';

/** Name of the column with the pond path of the file of each row. */
const filename = 'filename';

/** True when a query names the column `filename`: then its tables have it. */
export function namesFilename(query: string): boolean {
  const isName = ({ kind, text }: Token): boolean =>
    (kind === 'word' || kind === 'identifier') && text.toLowerCase() === filename;
  return tokenize(query).some(isName);
}

/** SQL that selects the rows of a call of a reader with the column `filename`, unless the files have one of that name. */
export async function withFilename(
  connection: Connection,
  reader: SqlText,
  files: readonly SourceFile[],
): Promise<SqlText> {
  const columns = await connection.rows(sql`DESCRIBE FROM ${reader}`);
  if (columns.some(([name]) => String(name).toLowerCase() === filename)) return sql`SELECT * FROM ${reader}`;
  const column = identifier(filename);
  const [first] = files;
  if (first !== undefined && new Set(files.map(({ pondPath }) => pondPath)).size === 1) {
    return sql`SELECT *, ${literal(first.pondPath)} AS ${column} FROM ${reader}`;
  }
  const names = files.map(({ hostPath, pondPath }) => sql`(${literal(hostPath)}, ${literal(pondPath)})`);
  return sql`SELECT t.*, n.path AS ${column} FROM ${reader} AS t JOIN (VALUES ${joinSql(names)}) AS n(host, path) ON t.${column} = n.host`;
}
