import { identifier, joinSql, literal, literalList, sql, type SqlText } from '../../../duckdb/sql.ts';
import { type Column } from '../../../protocol/results.ts';
import { positionalJoinSql, columnGroups } from '../../series/columnGroups.ts';
import { readParquet } from '../../series/readParquet.ts';
import { timeSql } from '../../series/time.ts';
import { bucketSql } from './resolution.ts';
import { valueSql } from './aggregates.ts';
import { type Component, componentSql, foldComponentSql } from './components.ts';

/** Name of the column with the number of rows of a bucket; no statistic of a column has it. */
const rowsColumn = 'rows';

/** Name in the metadata of a partial of the number of all rows that it was built from. */
const rowsKey = 'duckpond_rows';

/** A value column of a partial. */
export interface PartialColumn {
  readonly name: string;
  readonly components: readonly Component[];
}

interface PartialSource {
  /** Parquet files that are read as one table. */
  readonly hostPaths: readonly string[];
  /** Undefined for files without rows: in text files the type of their time is unknown. */
  readonly time: Column | undefined;
  readonly values: readonly (Column & Pick<PartialColumn, 'components'>)[];
  /** Length of the buckets, microseconds. */
  readonly baseUs: number;
}

/**
 * Returns the query for a partial: `Timestamp`, the start of each bucket that has a row, in order, the number of its
 * rows, and the components of each value column. Rows without a time are skipped.
 */
export function partialSql(source: PartialSource): SqlText {
  const groups = columnGroups(source.values, ({ components }) => components.length);
  return positionalJoinSql(groups.map((values, index) => groupSql({ ...source, values }, index === 0)));
}

/** The query for some of the columns; those of the bucket itself are in the first. */
function groupSql({ hostPaths, time, values, baseUs }: PartialSource, isFirst: boolean): SqlText {
  const moment = time === undefined ? sql`NULL::TIMESTAMP` : timeSql(time);
  const needsTime = values.some(({ components }) =>
    components.some((each) => each === 'first' || each === 'last' || each === 'readings'),
  );
  const source = values.map(({ name, type }, i) => sql`${valueSql(identifier(name), type)} AS v${i}`);
  const folded = values.flatMap(({ name, type, components }, i) =>
    components.map(
      (component) =>
        sql`${componentSql(component, { value: sql`v${i}`, type, time: sql`moment` })} AS ${componentColumn(name, component)}`,
    ),
  );
  const bucket = bucketSql({ months: 0, microseconds: baseUs }, needsTime ? sql`moment` : moment);
  const table = readParquet(hostPaths);
  // Not together with the columns of the file: one may have the name "moment".
  const rows = needsTime
    ? sql`SELECT ${bucket} AS t, * FROM (SELECT ${joinSql([sql`${moment} AS moment`, ...source])} FROM ${table})`
    : sql`SELECT ${joinSql([sql`${bucket} AS t`, ...source])} FROM ${table}`;
  const own = isFirst ? [sql`t AS "Timestamp"`, sql`count(*) AS ${identifier(rowsColumn)}`] : [];
  return sql`SELECT ${joinSql([...own, ...folded])} FROM (${rows}) WHERE t IS NOT NULL GROUP BY t ORDER BY t`;
}

/** Returns the query that merges several partials with these value columns. */
export function mergedSql(hostPaths: readonly string[], columns: readonly PartialColumn[]): SqlText {
  const groups = columnGroups(columns, ({ components }) => components.length);
  const queries = groups.map((group, index) => {
    const folded = group.flatMap(({ name, components }) =>
      components.map((component) => {
        const column = componentColumn(name, component);
        return sql`${foldComponentSql(component, column)} AS ${column}`;
      }),
    );
    const own = index === 0 ? [sql`"Timestamp"`] : [];
    return sql`SELECT ${joinSql([...own, ...folded])} FROM ${readParquet(hostPaths)} GROUP BY "Timestamp" ORDER BY "Timestamp"`;
  });
  return positionalJoinSql(queries);
}

/** Returns the name of the column of a component, quoted. */
export function componentColumn(name: string, component: Component): SqlText {
  return identifier(`${name}.${component}`);
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
  const ends = names.flatMap((name) => [componentColumn(name, 'min'), componentColumn(name, 'max')]);
  const isInfinite = joinSql([sql`false`, ...ends.map((end) => sql`NOT isfinite(${end}::DOUBLE)`)], sql` OR `);
  const counts = sql`SELECT coalesce(sum(${identifier(rowsColumn)}), 0) AS timed, count(*) FILTER (${isInfinite}) AS infinite FROM ${readParquet(hostPaths)}`;
  return sql`SELECT (total - timed)::BIGINT AS untimed, infinite FROM (${all}), (${counts})`;
}
