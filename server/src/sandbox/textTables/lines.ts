import { type Connection } from '../../duckdb/connection.ts';
import { joinSql, literal, sql } from '../../duckdb/sql.ts';

/** The lines of a Zstandard file in UTF-8, each with its end: DuckDB decompresses, which Node does not. */
export async function* linesOf(connection: Connection, hostPath: string): AsyncIterable<Buffer> {
  const options = [
    literal(hostPath),
    sql`auto_detect = false`,
    // A delimiter that occurs in no text.
    sql`delim = '\x01\x02'`,
    sql`quote = ''`,
    sql`escape = ''`,
    sql`comment = ''`,
    sql`header = false`,
    sql`skip = 0`,
    sql`strict_mode = false`,
    sql`columns = {'line': 'VARCHAR'}`,
    sql`compression = 'zstd'`,
  ];
  const source = sql`read_csv(${joinSql(options)})`;
  // A stream ends at a fault like at the end of the file; this statement fails instead.
  await connection.rows(sql`SELECT count(line) FROM ${source}`);
  const statements = await connection.statements(sql`SELECT coalesce(line, '') FROM ${source}`);
  const statement = await statements.bind(0);
  try {
    const stream = await statement.stream();
    for (let chunk = await stream.next(); chunk !== undefined; chunk = await stream.next()) {
      yield Buffer.from(
        chunk
          .getColumnValues(0)
          .map((line) => `${String(line)}\n`)
          .join(''),
      );
    }
  } finally {
    statement.close();
  }
}
