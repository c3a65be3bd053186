import { throwIfCancelled } from '../base/cancelled.ts';
import { type Connection } from '../duckdb/connection.ts';
import { openLockedDatabase } from '../duckdb/database.ts';
import { identifier, joinSql, literal, sql, type SqlText } from '../duckdb/sql.ts';
import { castSql, requireSqlType, type SqlType } from '../duckdb/sqlType.ts';
import { durationDigits } from './arrow/arrowDurations.ts';
import { type DurationColumn } from './conversion.ts';
import { runError } from './redactHostPaths.ts';
import { type SandboxSettings } from './sandbox.ts';

/** A Parquet file whose durations are written as seconds. */
interface DurationConversion {
  readonly file: string;
  readonly pondPath: string;
  readonly target: string;
  readonly durations: readonly DurationColumn[];
}

/**
 * Writes a Parquet file again with its durations as decimals in seconds, as those of an Arrow file are read: integers of
 * several units would be one column. Fails `invalid-content` for damaged values, and `cancelled`.
 */
export async function convertDurations(
  { openDisk: _, ...settings }: SandboxSettings,
  { file, pondPath, target, durations }: DurationConversion,
  signal: AbortSignal,
): Promise<void> {
  const { database, connection } = await openLockedDatabase({ ...settings, hostPaths: [file, target] });
  const stop = (): void => connection.interrupt();
  signal.addEventListener('abort', stop);
  try {
    throwIfCancelled(signal, 'the conversion');
    const rows = sql`read_parquet(${literal(file)})`;
    const list = await secondsList(connection, rows, durations);
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
async function secondsList(
  connection: Connection,
  rows: SqlText,
  durations: readonly DurationColumn[],
): Promise<SqlText> {
  const columns = await connection.columnsOf(sql`FROM ${rows}`);
  return joinSql(
    columns.map(({ name }, index) => {
      const digits = durations.find((column) => column.index === index)?.digits;
      if (digits === undefined) return identifier(name);
      const decimal = (places: number, width = durationDigits): SqlType =>
        requireSqlType(`DECIMAL(${width}, ${places})`);
      const tick = castSql(literal((1 / 10 ** digits).toFixed(digits)), decimal(digits, digits + 1));
      const seconds = sql`(${castSql(identifier(name), decimal(0))} * ${tick})`;
      return sql`${castSql(seconds, decimal(digits))} AS ${identifier(name)}`;
    }),
  );
}
