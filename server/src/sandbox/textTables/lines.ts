import { type Connection } from '../../duckdb/connection.ts';
import { joinSql, literal, sql, type SqlText } from '../../duckdb/sql.ts';

/** Options for splitting the bytes of a text file into lines. */
export interface LineOptions {
  readonly compression: 'none' | 'gzip' | 'zstd';
  /** DuckDB's name of the encoding; UTF-8 when undefined. */
  readonly encoding?: string | undefined;
}

/** The first lines of a file, at most `count`. */
export async function firstLines(
  connection: Connection,
  hostPath: string,
  options: LineOptions,
  count: number,
): Promise<readonly string[]> {
  const rows = await connection.rows(sql`SELECT coalesce(line, '') FROM ${linesSql(hostPath, options)} LIMIT ${count}`);
  return rows.map(([line], index) => (index === 0 ? String(line).replace(/^\ufeff/, '') : String(line)));
}

/** True when a character occurs anywhere after the first lines of a file. */
export async function hasCharacterAfter(
  connection: Connection,
  hostPath: string,
  options: LineOptions,
  { lines, character }: { readonly lines: number; readonly character: string },
): Promise<boolean> {
  const rest = sql`(SELECT line FROM ${linesSql(hostPath, options)} OFFSET ${lines})`;
  const [row] = await connection.rows(
    sql`SELECT coalesce(bool_or(contains(line, ${literal(character)})), false) FROM ${rest}`,
  );
  return row?.[0] === true;
}

/** A file as a table of lines: one column, with a delimiter that occurs in no text. */
function linesSql(hostPath: string, { compression, encoding }: LineOptions): SqlText {
  const options = [
    literal(hostPath),
    sql`auto_detect = false`,
    sql`delim = '\x01\x02'`,
    sql`quote = ''`,
    sql`escape = ''`,
    sql`comment = ''`,
    sql`header = false`,
    sql`skip = 0`,
    sql`strict_mode = false`,
    sql`columns = {'line': 'VARCHAR'}`,
    sql`compression = ${literal(compression)}`,
    ...(encoding === undefined ? [] : [sql`encoding = ${literal(encoding)}`]),
  ];
  return sql`read_csv(${joinSql(options)})`;
}
