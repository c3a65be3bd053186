import { identifier, literal } from '../../../duckdb/sql.ts';
import { castSql, requireSqlType, type SqlType } from '../../../duckdb/sqlType.ts';
import { type Duration } from '../../../documents/duration.ts';
import { type Period } from '../../series/periods.ts';
import { readParquet, statistic } from './partialSql.ts';
import { bucketSql, windowOf } from './resolution.ts';

/** A column of an input, as it is in an output. */
export interface OutputColumn {
  /** Name in the partials. */
  readonly source: string;
  /** Prefix of the names of its three columns. */
  readonly name: string;
  /** DuckDB's type of its minimum and maximum. */
  readonly type: SqlType;
}

/**
 * Partials of an input that are read as one table, at least one. Another FoldInput may be of the same input and have
 * the same columns.
 */
export interface FoldInput {
  readonly hostPaths: readonly string[];
  /** The columns that the partials have. */
  readonly columns: readonly OutputColumn[];
}

export interface Fold {
  readonly resolution: Duration;
  readonly period: Period;
  readonly inputs: readonly FoldInput[];
  /** All columns of the output in order: columns that no partial has are NULL. */
  readonly columns: readonly OutputColumn[];
}

const double = requireSqlType('DOUBLE');
const timestampUsMax = 9_200_000_000_000_000_000n;

/** Returns the query for the part of an output whose buckets begin in a period; at least one input. */
export function foldSql({ resolution, period, inputs, columns }: Fold): string {
  const all = inputs.flatMap((input) => input.columns);
  const here = [...new Map(all.map((column) => [column.name, column])).values()];
  const tables = new Map<string, number>();
  for (const { name } of all) tables.set(name, (tables.get(name) ?? 0) + 1);
  const numbers = new Map(here.map(({ name }, i) => [name, i]));
  const within = during('"Timestamp"', windowOf(resolution, period));
  const sources = inputs.map((input) => {
    const kept = input.columns.flatMap(({ source, name, type }) => {
      const isInSeveral = tables.get(name)! > 1;
      const types = { count: undefined, sum: isInSeveral ? double : undefined, min: type, max: type };
      return (['count', 'sum', 'min', 'max'] as const).map((what) => {
        const [value, as] = [statistic(source, what), types[what]];
        return `${as === undefined ? value : castSql(value, as)} AS ${what}${numbers.get(name)}`;
      });
    });
    return `SELECT ${['"Timestamp" AS t', ...kept].join(', ')} FROM ${readParquet(input.hostPaths)} WHERE ${within}`;
  });
  const folded = here.flatMap((_, i) => [
    `sum(sum${i})::DOUBLE / sum(count${i}) AS avg${i}`,
    `min(min${i}) AS min${i}`,
    `max(max${i}) AS max${i}`,
  ]);
  return [
    `SELECT ${['t AS "Timestamp"', ...columns.flatMap((column) => outputSql(column, numbers.get(column.name)))].join(', ')}`,
    `FROM (SELECT ${[`${bucketSql(resolution, 't')} AS t`, ...folded].join(', ')}`,
    `FROM (${sources.join(' UNION ALL BY NAME ')}) GROUP BY 1)`,
    `WHERE ${during('t', period)} ORDER BY t`,
  ].join(' ');
}

function during(sql: string, { startUs, endUs }: Period): string {
  return `${sql} >= ${timestamp(startUs)} AND ${sql} < ${timestamp(endUs)}`;
}

/** Times outside DuckDB's range become infinite: periods may begin before its first time and end after its last. */
function timestamp(us: bigint): string {
  if (us < -timestampUsMax) return "TIMESTAMP '-infinity'";
  return us > timestampUsMax ? "TIMESTAMP 'infinity'" : `make_timestamp(${us})`;
}

/** Returns the query for an output without rows. */
export function emptySql(columns: readonly OutputColumn[]): string {
  const nulls = columns.flatMap((column) => outputSql(column, undefined));
  return `SELECT ${['NULL::TIMESTAMP AS "Timestamp"', ...nulls].join(', ')} WHERE false`;
}

function outputSql({ name, type }: OutputColumn, number: number | undefined): readonly string[] {
  return (['avg', 'min', 'max'] as const).map((what) => {
    const value = number === undefined ? castSql('NULL', what === 'avg' ? double : type) : `${what}${number}`;
    return `${value} AS ${identifier(`${name}.${what}`)}`;
  });
}

/** Returns the statement that writes an output. */
export function writeOutputSql(query: string, target: string): string {
  return `COPY (${query}) TO ${literal(target)} (FORMAT parquet)`;
}
