import { identifier, joinSql, sql, type SqlText } from '../../../duckdb/sql.ts';
import { castSql, requireSqlType, type SqlType } from '../../../duckdb/sqlType.ts';
import { type Duration } from '../../../base/duration.ts';
import { type Period } from '../../series/periods.ts';
import { readParquet } from '../../series/readParquet.ts';
import { statistic } from './partialSql.ts';
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

interface Fold {
  readonly resolution: Duration;
  readonly period: Period;
  readonly inputs: readonly FoldInput[];
  /** All columns of the output in order: columns that no partial has are NULL. */
  readonly columns: readonly OutputColumn[];
}

const double = requireSqlType('DOUBLE');
const timestampUsMax = 9_200_000_000_000_000_000n;

/** Statistics of the partials, each with the prefix of its columns while they are folded. */
const folds = [
  { what: 'count', prefix: sql`count` },
  { what: 'sum', prefix: sql`sum` },
  { what: 'min', prefix: sql`min` },
  { what: 'max', prefix: sql`max` },
] as const;

/** Returns the query for the part of an output whose buckets begin in a period; at least one input. */
export function foldSql({ resolution, period, inputs, columns }: Fold): SqlText {
  const all = inputs.flatMap((input) => input.columns);
  const present = [...new Map(all.map((column) => [column.name, column])).values()];
  const numbers = new Map(present.map(({ name }, i) => [name, i]));
  const within = during(sql`"Timestamp"`, windowOf(resolution, period));
  const sources = inputs.map((input) => {
    const kept = input.columns.flatMap((column) => sourceSql(column, numbers.get(column.name)!, isShared(all, column)));
    return sql`SELECT ${joinSql([sql`"Timestamp" AS t`, ...kept])} FROM ${readParquet(input.hostPaths)} WHERE ${within}`;
  });
  const folded = present.flatMap((_, i) => [
    sql`sum(sum${i})::DOUBLE / sum(count${i}) AS avg${i}`,
    sql`min(min${i}) AS min${i}`,
    sql`max(max${i}) AS max${i}`,
  ]);
  const rows = joinSql(sources, sql` UNION ALL BY NAME `);
  const buckets = sql`SELECT ${joinSql([sql`${bucketSql(resolution, sql`t`)} AS t`, ...folded])} FROM (${rows}) GROUP BY 1`;
  const output = columns.flatMap((column) => outputSql(column, numbers.get(column.name)));
  const selected = joinSql([sql`t AS "Timestamp"`, ...output]);
  return sql`SELECT ${selected} FROM (${buckets}) WHERE ${during(sql`t`, period)} ORDER BY t`;
}

/** True for a column that several inputs have. */
function isShared(all: readonly OutputColumn[], { name }: OutputColumn): boolean {
  return all.filter((column) => column.name === name).length > 1;
}

/** The statistics of a column in the partials, with the types that those of several inputs need in common. */
function sourceSql({ source, type }: OutputColumn, number: number, isInSeveral: boolean): readonly SqlText[] {
  const types = { count: undefined, sum: isInSeveral ? double : undefined, min: type, max: type };
  return folds.map(({ what, prefix }) => {
    const [value, as] = [statistic(source, what), types[what]];
    return sql`${as === undefined ? value : castSql(value, as)} AS ${prefix}${number}`;
  });
}

function during(time: SqlText, { startUs, endUs }: Period): SqlText {
  return sql`${time} >= ${timestamp(startUs)} AND ${time} < ${timestamp(endUs)}`;
}

/** Times outside DuckDB's range become infinite: periods may begin before its first time and end after its last. */
function timestamp(us: bigint): SqlText {
  if (us < -timestampUsMax) return sql`TIMESTAMP '-infinity'`;
  return us > timestampUsMax ? sql`TIMESTAMP 'infinity'` : sql`make_timestamp(${us})`;
}

/** Returns the query for an output without rows. */
export function emptySql(columns: readonly OutputColumn[]): SqlText {
  const nulls = columns.flatMap((column) => outputSql(column, undefined));
  return sql`SELECT ${joinSql([sql`NULL::TIMESTAMP AS "Timestamp"`, ...nulls])} WHERE false`;
}

function outputSql({ name, type }: OutputColumn, number: number | undefined): readonly SqlText[] {
  const value = (prefix: SqlText, as: SqlType): SqlText =>
    number === undefined ? castSql(sql`NULL`, as) : sql`${prefix}${number}`;
  return [
    sql`${value(sql`avg`, double)} AS ${identifier(`${name}.avg`)}`,
    sql`${value(sql`min`, type)} AS ${identifier(`${name}.min`)}`,
    sql`${value(sql`max`, type)} AS ${identifier(`${name}.max`)}`,
  ];
}
