import { identifier, joinSql, literal, literalList, sql, type SqlText } from '../../../duckdb/sql.ts';
import { type Column } from '../../../sandbox/types.ts';
import { readParquet } from '../../series/readParquet.ts';
import { timeSql } from '../../series/time.ts';
import { bucketSql } from './resolution.ts';
import { sumSql, valueSql } from './aggregates.ts';

/** Statistics of a column that a partial has for each bucket; their columns are named `COLUMN.count` and so on. */
export const statistics = ['count', 'sum', 'min', 'max'] as const;

/** Name of the column with the number of rows of a bucket; no statistic of a column has it. */
export const rowsColumn = 'rows';

/** Name in the metadata of a partial of the number of all rows that it was built from. */
export const rowsKey = 'duckpond_rows';

interface PartialSource {
  /** Parquet files that are read as one table. */
  readonly hostPaths: readonly string[];
  /** Undefined for files without rows: in text files the type of their time is unknown. */
  readonly time: Column | undefined;
  readonly values: readonly Column[];
  /** Length of the buckets, microseconds. */
  readonly baseUs: number;
}

/**
 * Returns the query for a partial: `Timestamp`, the start of each bucket that has a row, in order, the number of its
 * rows, and the statistics of each value column. Rows without a time are skipped.
 */
export function partialSql({ hostPaths, time, values, baseUs }: PartialSource): SqlText {
  const bucket = bucketSql(
    { months: 0, microseconds: baseUs },
    time === undefined ? sql`NULL::TIMESTAMP` : timeSql(time),
  );
  const source = values.map(({ name, type }, i) => sql`${valueSql(identifier(name), type)} AS v${i}`);
  const folded = values.flatMap(({ name, type }, i) => [
    sql`count(v${i}) AS ${statistic(name, 'count')}`,
    sql`${sumSql(sql`v${i}`, type)} AS ${statistic(name, 'sum')}`,
    sql`min(v${i}) AS ${statistic(name, 'min')}`,
    sql`max(v${i}) AS ${statistic(name, 'max')}`,
  ]);
  const rows = sql`SELECT ${joinSql([sql`${bucket} AS t`, ...source])} FROM ${readParquet(hostPaths)}`;
  const columns = joinSql([sql`t AS "Timestamp"`, sql`count(*) AS ${identifier(rowsColumn)}`, ...folded]);
  return sql`SELECT ${columns} FROM (${rows}) WHERE t IS NOT NULL GROUP BY t ORDER BY t`;
}

/** Returns the query that merges several partials with these value columns. */
export function mergedSql(hostPaths: readonly string[], names: readonly string[]): SqlText {
  const folded = names.flatMap((name) => [
    sql`sum(${statistic(name, 'count')})::BIGINT AS ${statistic(name, 'count')}`,
    sql`sum(${statistic(name, 'sum')}) AS ${statistic(name, 'sum')}`,
    sql`min(${statistic(name, 'min')}) AS ${statistic(name, 'min')}`,
    sql`max(${statistic(name, 'max')}) AS ${statistic(name, 'max')}`,
  ]);
  const columns = joinSql([sql`"Timestamp"`, ...folded]);
  return sql`SELECT ${columns} FROM ${readParquet(hostPaths)} GROUP BY "Timestamp" ORDER BY "Timestamp"`;
}

/** Returns the name of a statistic's column, quoted. */
export function statistic(name: string, what: (typeof statistics)[number]): SqlText {
  return identifier(`${name}.${what}`);
}

/**
 * Returns the statement that writes a partial. A fold reads a range of it: small row groups let it skip the rest, and
 * are read concurrently. The number of rows that it is built from is for leftOutSql.
 */
export function writePartialSql(query: SqlText, target: string, rowCount?: number): SqlText {
  const metadata =
    rowCount === undefined ? sql`` : sql`, KV_METADATA {${identifier(rowsKey)}: ${literal(`${rowCount}`)}}`;
  return sql`COPY (${query}) TO ${literal(target)} (FORMAT parquet, ROW_GROUP_SIZE 8192${metadata})`;
}

/**
 * Returns the query for what partials left out: the number of their rows without a time, and of the buckets with a value
 * that is not finite in one of these columns.
 */
export function leftOutSql(hostPaths: readonly string[], names: readonly string[]): SqlText {
  const all = sql`SELECT sum(decode(value)::BIGINT) AS total FROM parquet_kv_metadata(${literalList(hostPaths)}) WHERE decode(key) = ${literal(rowsKey)}`;
  const ends = names.flatMap((name) => [statistic(name, 'min'), statistic(name, 'max')]);
  const isInfinite = joinSql([sql`false`, ...ends.map((end) => sql`NOT isfinite(${end}::DOUBLE)`)], sql` OR `);
  const counts = sql`SELECT coalesce(sum(${identifier(rowsColumn)}), 0) AS timed, count(*) FILTER (${isInfinite}) AS infinite FROM ${readParquet(hostPaths)}`;
  return sql`SELECT (total - timed)::BIGINT AS untimed, infinite FROM (${all}), (${counts})`;
}
