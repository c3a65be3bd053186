import { identifier, joinSql, literal, sql, type SqlText } from '../../../duckdb/sql.ts';
import { type Column } from '../../../sandbox/types.ts';
import { readParquet } from '../../series/readParquet.ts';
import { timeSql } from '../../series/time.ts';
import { bucketSql } from './resolution.ts';
import { sumSql, valueSql } from './aggregates.ts';

/** Statistics of a column that a partial has for each bucket; their columns are named `COLUMN.count` and so on. */
export const statistics = ['count', 'sum', 'min', 'max'] as const;

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
 * Returns the query for a partial: `Timestamp`, the start of each bucket that has a row, in order, and the statistics
 * of each value column. Rows without a time are skipped.
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
  const columns = joinSql([sql`t AS "Timestamp"`, ...folded]);
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
 * are read concurrently.
 */
export function writePartialSql(query: SqlText, target: string): SqlText {
  return sql`COPY (${query}) TO ${literal(target)} (FORMAT parquet, ROW_GROUP_SIZE 8192)`;
}
