import { identifier, joinSql, sql, type SqlText } from '../../../duckdb/sql.ts';
import { castSql, type SqlType } from '../../../duckdb/sqlType.ts';
import { type Duration } from '../../../base/duration.ts';
import { type Period } from '../../series/periods.ts';
import { readParquet } from '../../series/readParquet.ts';
import { positionalJoinSql, columnGroups } from '../../series/columnGroups.ts';
import { sumTypeOf } from './aggregates.ts';
import { type Component, foldComponentSql } from './components.ts';
import { type Coverage, isCovered } from './coverage.ts';
import { componentColumn } from './partialSql.ts';
import { bucketSql, windowOf } from './resolution.ts';
import { type Statistic } from './statistics.ts';

/** A column of an input, as it is in an output. */
export interface OutputColumn {
  /** Name in the partials. */
  readonly source: string;
  /** Prefix of the names of its columns, one for each statistic. */
  readonly name: string;
  /** DuckDB's type of its values. */
  readonly type: SqlType;
  readonly statistics: readonly Statistic[];
  readonly coverage?: Coverage;
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

const timestampUsMax = 9_200_000_000_000_000_000n;

/** Returns the query for the part of an output whose buckets begin in a period; at least one input. */
export function foldSql({ resolution, period, inputs, columns }: Fold): SqlText {
  const groups = columnGroups(columns, (column) => neededBy(column).length);
  return positionalJoinSql(
    groups.map((group, index) => groupSql({ resolution, period, inputs, columns: group }, index === 0)),
  );
}

/** The query for some of the columns; the time of the bucket is in the first. */
function groupSql({ resolution, period, inputs, columns }: Fold, isFirst: boolean): SqlText {
  const numbers = new Map(columns.map(({ name }, i) => [name, i]));
  const own = inputs.map((input) => input.columns.filter(({ name }) => numbers.has(name)));
  const present = new Set(own.flat().map(({ name }) => name));
  const within = during(sql`"Timestamp"`, windowOf(resolution, period));
  const sources = inputs.map(({ hostPaths }, at) => {
    const kept = own[at]!.flatMap((column) =>
      sourceSql(column, numbers.get(column.name)!, isShared(own.flat(), column)),
    );
    return sql`SELECT ${joinSql([sql`"Timestamp" AS t`, ...kept])} FROM ${readParquet(hostPaths)} WHERE ${within}`;
  });
  const folded = columns.flatMap((column, i) =>
    present.has(column.name)
      ? neededBy(column).map((each) => sql`${foldComponentSql(each, partName(each, i))} AS ${partName(each, i)}`)
      : [],
  );
  const rows = joinSql(sources, sql` UNION ALL BY NAME `);
  const buckets = sql`SELECT ${joinSql([sql`${bucketSql(resolution, sql`t`)} AS t`, ...folded])} FROM (${rows}) GROUP BY 1`;
  const output = columns.flatMap((column, i) =>
    present.has(column.name) ? outputSql(column, i, resolution) : nullsSql(column),
  );
  const selected = joinSql([...(isFirst ? [sql`t AS "Timestamp"`] : []), ...output]);
  return sql`SELECT ${selected} FROM (${buckets}) WHERE ${during(sql`t`, period)} ORDER BY t`;
}

/** The components that the statistics of a column need. */
function neededBy({ statistics, coverage }: OutputColumn): readonly Component[] {
  const needed = statistics.flatMap(({ components }) => components);
  return [...new Set<Component>(coverage === undefined ? needed : [...needed, 'count'])];
}

/** Name of a component of a column while it is folded. */
function partName(component: Component, column: number): SqlText {
  return identifier(`${component}${column}`);
}

/** True for a column that several inputs have. */
function isShared(all: readonly OutputColumn[], { name }: OutputColumn): boolean {
  return all.filter((column) => column.name === name).length > 1;
}

/** The components of a column in the partials, with the types that those of several inputs need in common. */
function sourceSql(column: OutputColumn, number: number, isInSeveral: boolean): readonly SqlText[] {
  return neededBy(column).map((component) => {
    const value = componentColumn(column.source, component);
    return sql`${castComponent(value, component, column.type, isInSeveral)} AS ${partName(component, number)}`;
  });
}

function castComponent(value: SqlText, component: Component, type: SqlType, isInSeveral: boolean): SqlText {
  switch (component) {
    case 'min':
    case 'max':
      return castSql(value, type);
    case 'first':
    case 'last':
      return sql`CASE WHEN ${value} IS NOT NULL THEN {t: ${value}.t, v: ${castSql(sql`${value}.v`, type)}} END`;
    case 'sum':
      return isInSeveral ? castSql(value, sumTypeOf(type)) : value;
    default:
      return value;
  }
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
  const nulls = columns.flatMap(nullsSql);
  return sql`SELECT ${joinSql([sql`NULL::TIMESTAMP AS "Timestamp"`, ...nulls])} WHERE false`;
}

function outputSql(column: OutputColumn, number: number, resolution: Duration): readonly SqlText[] {
  const { name, type, statistics, coverage } = column;
  return statistics.map((statistic) => {
    const value = castSql(
      statistic.sql((component) => partName(component, number)),
      statistic.type(type),
    );
    // The count says why the others are missing.
    const isLimited = coverage !== undefined && statistic.name !== 'count';
    const shown = isLimited
      ? sql`CASE WHEN ${isCovered(coverage, partName('count', number), resolution)} THEN ${value} END`
      : value;
    return sql`${shown} AS ${identifier(`${name}.${statistic.name}`)}`;
  });
}

function nullsSql({ name, type, statistics }: OutputColumn): readonly SqlText[] {
  return statistics.map((statistic) => {
    const missing = statistic.name === 'count' ? sql`0` : sql`NULL`;
    return sql`${castSql(missing, statistic.type(type))} AS ${identifier(`${name}.${statistic.name}`)}`;
  });
}
