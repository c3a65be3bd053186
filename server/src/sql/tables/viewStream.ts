import { PondError } from '../../base/error.ts';
import { type Connection } from '../../duckdb/connection.ts';
import { sql, type SqlText } from '../../duckdb/sql.ts';
import { type RowStream } from '../../duckdb/statements.ts';
import { type Column } from '../../protocol/results.ts';

/** Returns the rows of a statement of ours. Its `next` fails `query-failed` when the statement ended early. */
export async function viewStream(
  connection: Connection,
  statement: SqlText,
  columns: readonly Column[],
): Promise<RowStream> {
  // DuckDB ends a stream that fails midway like one that is exhausted; only its transaction shows it.
  await connection.run(sql`BEGIN`);
  const stream = await (await (await connection.statements(statement)).bind(0)).stream();
  return {
    columns: columns.map(({ name, type }) => ({ name, type })),
    next: async () => {
      const chunk = await stream.next();
      if (chunk !== undefined) return chunk;
      if (!(await connection.inGoodTransaction())) {
        throw new PondError('query-failed', 'the rows ended before the last one');
      }
      await connection.run(sql`ROLLBACK`);
      return undefined;
    },
  };
}
