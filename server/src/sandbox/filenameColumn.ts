import { groupBy } from '../base/groupBy.ts';
import { type Token, tokenize } from '../base/sqlTokens.ts';
import { type Connection } from '../duckdb/connection.ts';
import { identifier, joinSql, literal, literalList, sql, type SqlText } from '../duckdb/sql.ts';
import { type SourceFile } from './sources.ts';

/** Name of the column with the path of the file of each row. */
export const filename = 'filename';

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
  const byHost = groupBy(files, ({ hostPath }) => hostPath);
  const once = [...byHost.values()].flatMap(([one]) => one ?? []);
  const { list, from } = once.length === files.length ? all : await rowsOf(once);
  const rows = sql`SELECT ${list}, ${column} AS ${hostColumn} FROM ${from}`;
  return sql`SELECT r.* EXCLUDE (${hostColumn}), ${pathSql(byHost)} AS ${column} FROM (${rows}) AS r`;
}

/** The paths of the files of a row, by its host path. A join would change the order of the rows, and by chance. */
function pathSql(byHost: ReadonlyMap<string, readonly SourceFile[]>): SqlText {
  const hosts = joinSql([...byHost.keys()].map((host) => literal(host)));
  const index = sql`1 + enum_code(CAST(r.${hostColumn} AS ENUM(${hosts})))::BIGINT`;
  const paths = [...byHost.values()].map((same) => same.map(pathOf));
  return paths.every(({ length }) => length === 1)
    ? sql`list_extract(${literalList(paths.flat())}, ${index})`
    : sql`unnest(list_extract([${joinSql(paths.map(literalList))}], ${index}))`;
}

/** The path of a file as the column shows it. */
export const pathOf = ({ pondPath, shownPath = pondPath }: SourceFile): string => shownPath;
