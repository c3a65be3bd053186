import { type Connection } from '../duckdb/connection.ts';
import { identifier, joinSql, literal, sql, type SqlText } from '../duckdb/sql.ts';
import { castSql, requireSqlType, type SqlType } from '../duckdb/sqlType.ts';
import { durationDigits } from './arrow/arrowDurations.ts';
import { type DurationColumn } from './conversion.ts';
import { type ParquetRewriting, rewriteParquet } from './rewriteParquet.ts';
import { type SandboxSettings } from './sandbox.ts';
import { uniqueNames } from './uniqueNames.ts';

/**
 * Writes a Parquet file again with its durations as decimals in seconds, as those of an Arrow file are read: integers
 * of several units would be one column. Characters of names are in their composed form. Fails `invalid-content` for
 * damaged values, and `cancelled`.
 */
export async function convertParquet(
  settings: SandboxSettings,
  { durations, ...rewriting }: ParquetRewriting & { readonly durations: readonly DurationColumn[] },
  signal: AbortSignal,
): Promise<void> {
  const { file, target } = rewriting;
  await rewriteParquet(
    settings,
    rewriting,
    async (connection) => {
      const rows = sql`read_parquet(${literal(file)})`;
      const list = await columnList(connection, rows, durations);
      await connection.run(sql`COPY (SELECT ${list} FROM ${rows}) TO ${literal(target)} (FORMAT parquet)`);
    },
    signal,
  );
}

/** The columns, in which DuckDB may have changed the names that differ in case alone. */
async function columnList(
  connection: Connection,
  rows: SqlText,
  durations: readonly DurationColumn[],
): Promise<SqlText> {
  const columns = await connection.columnsOf(sql`FROM ${rows}`);
  const names = uniqueNames(columns.map(({ name }) => name));
  return joinSql(
    columns.map(({ name }, index) => {
      const shown = identifier(names[index] ?? name);
      const digits = durations.find((column) => column.index === index)?.digits;
      if (digits === undefined) return sql`${identifier(name)} AS ${shown}`;
      const decimal = (places: number, width = durationDigits): SqlType =>
        requireSqlType(`DECIMAL(${width}, ${places})`);
      const tick = castSql(literal((1 / 10 ** digits).toFixed(digits)), decimal(digits, digits + 1));
      const seconds = sql`(${castSql(identifier(name), decimal(0))} * ${tick})`;
      return sql`${castSql(seconds, decimal(digits))} AS ${shown}`;
    }),
  );
}
