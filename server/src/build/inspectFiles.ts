import { type Connection } from '../duckdb/connection.ts';
import { identifier, literalList, sql, type SqlText } from '../duckdb/sql.ts';
import { requireSqlType } from '../duckdb/sqlType.ts';
import { isInteger, isNumber, isPointInTime } from '../base/typeClass.ts';
import { type FileFacts, type TypedColumn } from '../sandbox/build.ts';
import { parquetReading, readerSql } from '../sandbox/formats.ts';
import { type Column } from '../protocol/results.ts';

/** Name of a series' time column, in any case. */
const timeName = 'timestamp';

/** Returns facts about Parquet files that are read as one table. Reads only their footers and the time column. */
export async function inspectFiles(connection: Connection, hostPaths: readonly string[]): Promise<FileFacts> {
  const source = readerSql(parquetReading, hostPaths);
  const described = await connection.columnsOf(sql`FROM ${source}`);
  const columns = described.map(({ name, type }): TypedColumn => ({ name, type: requireSqlType(type) }));
  const time = columns.map(microsecondsSql).find((micros) => micros !== undefined) ?? sql`NULL::BIGINT`;
  const [row] = await connection.rows(sql`SELECT count(*), min(t), max(t) FROM (SELECT ${time} AS t FROM ${source})`);
  const [rowCount, minUs, maxUs] = row ?? [];
  const hasTime = typeof minUs === 'bigint' && typeof maxUs === 'bigint';
  const isAlike = hostPaths.length === 1 || (await areAlike(connection, hostPaths));
  return { columns, rowCount: Number(rowCount ?? 0), isAlike, time: hasTime ? { minUs, maxUs } : undefined };
}

/** True when all files have the same columns, in any order. */
async function areAlike(connection: Connection, hostPaths: readonly string[]): Promise<boolean> {
  const column = sql`[name, type, logical_type, duckdb_type]`;
  const schemas = sql`SELECT list(${column} ORDER BY ${column}) AS s FROM parquet_schema(${literalList(hostPaths)}) GROUP BY file_name`;
  const [row] = await connection.rows(sql`SELECT count(DISTINCT s) FROM (${schemas})`);
  return Number(row?.[0]) === 1;
}

/**
 * SQL of a time column's value in microseconds since 1970 UTC, null for a value that is not a point in time; undefined
 * for a column of another type. Numbers count seconds.
 */
function microsecondsSql({ name, type }: Column): SqlText | undefined {
  if (name.toLowerCase() !== timeName) return undefined;
  const column = identifier(name);
  if (isPointInTime(type)) {
    return sql`CASE WHEN isfinite(${column}::TIMESTAMP) THEN epoch_us(${column}) END`;
  }
  if (isInteger(type)) return sql`TRY_CAST(${column}::HUGEINT * 1000000 AS BIGINT)`;
  if (isNumber(type)) {
    return sql`CASE WHEN isfinite(${column}::DOUBLE) THEN TRY_CAST(round(${column}::DOUBLE * 1000000) AS BIGINT) END`;
  }
  return undefined;
}
