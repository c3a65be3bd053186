import { PondError } from '../base/error.ts';
import { literal, sql } from '../duckdb/sql.ts';
import { type ParquetRewriting, rewriteParquet } from './rewriteParquet.ts';
import { type SandboxSettings } from './sandbox.ts';

/**
 * Writes a Parquet file of many small row groups as one of few large ones, and compares each of its rows with the row
 * that it was. Fails `invalid-content` when a column or a value is another one then, as of a type that DuckDB reads but
 * does not write; and `cancelled`.
 */
export async function convertJoined(
  settings: SandboxSettings,
  { file, pondPath, target }: ParquetRewriting,
  signal: AbortSignal,
): Promise<void> {
  const [before, after] = [sql`read_parquet(${literal(file)})`, sql`read_parquet(${literal(target)})`];
  const other = sql`SELECT 1 FROM ${before} AS a POSITIONAL JOIN ${after} AS b WHERE a IS DISTINCT FROM b LIMIT 1`;
  // Several threads would merge the batches of the row groups, which takes longer than to read them.
  const rewriting = { file, pondPath, target, threads: 1 };
  await rewriteParquet(
    settings,
    rewriting,
    async (connection) => {
      await connection.run(sql`COPY (FROM ${before}) TO ${literal(target)} (FORMAT parquet)`);
      const [columns, written] = [
        await connection.columnsOf(sql`FROM ${before}`),
        await connection.columnsOf(sql`FROM ${after}`),
      ];
      const isSame = JSON.stringify(columns) === JSON.stringify(written) && (await connection.rows(other)).length === 0;
      if (!isSame)
        throw new PondError('invalid-content', 'the rows would be other ones in large row groups', { path: pondPath });
    },
    signal,
  );
}
