import { throwIfCancelled } from '../base/cancelled.ts';
import { type Connection } from '../duckdb/connection.ts';
import { openLockedDatabase } from '../duckdb/database.ts';
import { identifier, joinSql, literal, sql, type SqlText } from '../duckdb/sql.ts';
import { castSql, requireSqlType, type SqlType } from '../duckdb/sqlType.ts';
import { durationDigits } from './arrow/arrowDurations.ts';
import { type DurationColumn } from './conversion.ts';
import { runError } from './redactHostPaths.ts';
import { type SandboxSettings } from './sandbox.ts';
import { uniqueNames } from './uniqueNames.ts';

/** A Parquet file that is written again. */
interface ParquetConversion {
  readonly file: string;
  readonly pondPath: string;
  readonly target: string;
  readonly durations: readonly DurationColumn[];
}

/**
 * Writes a Parquet file again with its durations as decimals in seconds, as those of an Arrow file are read: integers
 * of several units would be one column. Characters of names are in their composed form. Fails `invalid-content` for
 * damaged values, and `cancelled`.
 */
export async function convertParquet(
  { openDisk: _, ...settings }: SandboxSettings,
  { file, pondPath, target, durations }: ParquetConversion,
  signal: AbortSignal,
): Promise<void> {
  const { database, connection } = await openLockedDatabase({ ...settings, hostPaths: [file, target] });
  const stop = (): void => connection.interrupt();
  signal.addEventListener('abort', stop);
  try {
    throwIfCancelled(signal, 'the conversion');
    const rows = sql`read_parquet(${literal(file)})`;
    const list = await columnList(connection, rows, durations);
    await connection.run(sql`COPY (SELECT ${list} FROM ${rows}) TO ${literal(target)} (FORMAT parquet)`);
  } catch (error) {
    throwIfCancelled(signal, 'the conversion');
    throw runError(error, '', [{ hostPath: file, pondPath }]);
  } finally {
    signal.removeEventListener('abort', stop);
    connection.close();
    database.close();
  }
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
