import { identifier, literal, literalList } from '../../../duckdb/sql.ts';
import { type Column } from '../../../sandbox/types.ts';
import { timeSql } from '../../series/time.ts';
import { bucketSql } from './resolution.ts';
import { sumSql, valueSql } from './aggregates.ts';

/** Statistics of a column that a partial has for each bucket; their columns are named `COLUMN.count` and so on. */
export const statistics = ['count', 'sum', 'min', 'max'] as const;

export interface PartialSource {
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
export function partialSql({ hostPaths, time, values, baseUs }: PartialSource): string {
  const bucket = bucketSql({ months: 0, microseconds: baseUs }, time === undefined ? 'NULL::TIMESTAMP' : timeSql(time));
  const source = values.map(({ name, type }, i) => `${valueSql(identifier(name), type)} AS v${i}`);
  const folded = values.flatMap(({ name, type }, i) => [
    `count(v${i}) AS ${statistic(name, 'count')}`,
    `${sumSql(`v${i}`, type)} AS ${statistic(name, 'sum')}`,
    `min(v${i}) AS ${statistic(name, 'min')}`,
    `max(v${i}) AS ${statistic(name, 'max')}`,
  ]);
  return [
    `SELECT ${['t AS "Timestamp"', ...folded].join(', ')}`,
    `FROM (SELECT ${[`${bucket} AS t`, ...source].join(', ')} FROM ${readParquet(hostPaths)})`,
    'WHERE t IS NOT NULL GROUP BY t ORDER BY t',
  ].join(' ');
}

/** Returns the query that merges several partials with these value columns. */
export function mergedSql(hostPaths: readonly string[], names: readonly string[]): string {
  const folded = names.flatMap((name) => [
    `sum(${statistic(name, 'count')})::BIGINT AS ${statistic(name, 'count')}`,
    ...(['sum', 'min', 'max'] as const).map((what) => `${what}(${statistic(name, what)}) AS ${statistic(name, what)}`),
  ]);
  const columns = ['"Timestamp"', ...folded].join(', ');
  return `SELECT ${columns} FROM ${readParquet(hostPaths)} GROUP BY "Timestamp" ORDER BY "Timestamp"`;
}

/** Returns the name of a statistic's column, quoted. */
export function statistic(name: string, what: (typeof statistics)[number]): string {
  return identifier(`${name}.${what}`);
}

/** Returns the SQL for Parquet files as one table, columns matched by name; at least one file. */
export function readParquet(hostPaths: readonly string[], ...options: readonly string[]): string {
  // Set only for several files: this option makes DuckDB inspect a file twice.
  const union = hostPaths.length > 1 ? ['union_by_name = true'] : [];
  return `read_parquet(${[literalList(hostPaths), ...union, ...options].join(', ')})`;
}

/**
 * Returns the statement that writes a partial. A fold reads a range of it: small row groups let it skip the rest, and
 * are read concurrently.
 */
export function writePartialSql(query: string, target: string): string {
  return `COPY (${query}) TO ${literal(target)} (FORMAT parquet, ROW_GROUP_SIZE 8192)`;
}
