/**
 * SQL that builds a part of a result. Internal column names: `t` is the time, `s2c7` the eighth column in the third
 * series of the part.
 */
import { identifier, joinSql, sql, type SqlText } from '../../../duckdb/sql.ts';
import { castSql, numberCastSql, type SqlType } from '../../../duckdb/sqlType.ts';
import { isInteger, isNumber } from '../../../base/typeClass.ts';
import { type TypedColumn } from '../../../sandbox/build.ts';
import { type Column } from '../../../protocol/results.ts';
import { exactCastSql, mayRound } from '../../../sandbox/exactTypes.ts';
import { columnGroups, positionalJoinSql } from '../../series/columnGroups.ts';
import { areExactTogether } from '../../series/exact.ts';
import { type Period } from '../../series/periods.ts';
import { readParquet, writeParquet } from '../../series/readParquet.ts';
import { timeColumnOf, timeSql } from '../../series/time.ts';
import { type TimeType } from './columns.ts';
import { type Segment } from './segment.ts';

/** Properties that all parts of a result share. */
export interface SegmentLayout {
  readonly time: TimeType;
  /** The value columns, in order. */
  readonly columns: readonly TypedColumn[];
}

/** The segments of one series in a part, in the order in which a later one takes precedence. */
interface PartSeries {
  readonly segments: readonly Segment[];
  /** True if its times are known to increase from row to row in that order, so each time occurs once. */
  readonly isRising: boolean;
}

/** Returns the SQL for the union type of each list of types: one row with a text for each list. */
export function unionTypesSql(lists: readonly (readonly SqlType[])[]): SqlText {
  return sql`SELECT ${joinSql(lists.map(unionType))}`;
}

function unionType(types: readonly SqlType[]): SqlText {
  const nulls = types.map((type) => sql`SELECT ${castSql(sql`NULL`, type)} AS x`);
  return sql`(SELECT typeof(x) FROM (${joinSql(nulls, sql` UNION ALL `)}) LIMIT 1)`;
}

/**
 * Returns the SQL for a row for each series, in order: its index here, true if its times increase from row to row, and
 * the number of its rows in the period.
 */
export function timesSql(layout: SegmentLayout, period: Period, series: readonly (readonly Segment[])[]): SqlText {
  const rows = series.map(
    (segments, at) => sql`SELECT ${at} AS series, * FROM (${seriesTimesSql(layout, period, segments)})`,
  );
  return sql`${joinSql(rows, sql` UNION ALL `)} ORDER BY series`;
}

function seriesTimesSql({ time }: SegmentLayout, period: Period, segments: readonly Segment[]): SqlText {
  const runs = runsOf([], segments).map((run) => {
    const rows = readSql({ time, columns: [] }, period, run, 0);
    return sql`SELECT t, lag(t) OVER () AS before FROM (${rows})`;
  });
  const rises = sql`coalesce(bool_and(t > before), true)`;
  // A single run needs no comparison of start and end.
  if (runs.length === 1) return sql`SELECT ${rises} AS rises, count(*) AS timed FROM (${joinSql(runs)})`;
  const ends = runs.map(
    (steps, run) =>
      sql`SELECT ${run} AS run, ${rises} AS rises, count(*) AS timed, min(t) AS start, max(t) AS stop FROM (${steps})`,
  );
  const before = sql`max(stop) OVER (ORDER BY run ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`;
  const united = joinSql(ends, sql` UNION ALL `);
  const filled = sql`SELECT rises, timed, start, ${before} AS before FROM (${united}) WHERE start IS NOT NULL`;
  const allRise = sql`coalesce(bool_and(rises AND coalesce(start > before, true)), true)`;
  return sql`SELECT ${allRise} AS rises, coalesce(sum(timed), 0)::BIGINT AS timed FROM (${filled})`;
}

/** Returns the SQL that writes a part to a host file; the first of these series takes precedence. */
export function partSql(
  layout: SegmentLayout,
  period: Period,
  series: readonly PartSeries[],
  target: string,
  metadata: Readonly<Record<string, string>>,
): SqlText {
  // Each group of columns has the same times, so their rows are the same.
  const groups = columnGroups(layout.columns, () => 1);
  const rows = groups.map((columns, index) => groupSql({ ...layout, columns }, period, series, index === 0));
  return writeParquet(positionalJoinSql(rows), target, metadata);
}

/** The rows of some of the columns, in order; the time is in the first group. */
function groupSql(layout: SegmentLayout, period: Period, series: readonly PartSeries[], isFirst: boolean): SqlText {
  const columns = layout.columns.map((column, index) => valueSql(column, index, series));
  const joined = joinedSql(series.map((each, index) => seriesSql(layout, period, each, index)));
  // Rows read by several calls have no reliable order.
  const isOrdered =
    series.length === 1 && series[0]!.isRising && runsOf(layout.columns, series[0]!.segments).length === 1;
  // A bare `t` would be the column of this name in the output, if there is one.
  const order = isOrdered ? sql`` : sql` ORDER BY joined.t`;
  const selected = joinSql([...(isFirst ? [sql`joined.t AS "Timestamp"`] : []), ...columns]);
  return sql`SELECT ${selected} FROM (SELECT * FROM ${joined}) AS joined${order}`;
}

function joinedSql(tables: readonly SqlText[]): SqlText {
  return joinSql(
    tables.map((table, index) => (index === 0 ? sql`(${table})` : sql`FULL JOIN (${table}) USING (t)`)),
    sql` `,
  );
}

/** Returns the columns that several of these series have: a value of one may replace a value of another. */
export function sharedColumns(
  columns: readonly TypedColumn[],
  series: readonly Pick<PartSeries, 'segments'>[],
): readonly TypedColumn[] {
  return columns.filter(({ name }) => series.filter(({ segments }) => hasColumn(segments, name)).length > 1);
}

/**
 * Returns the query for a row for each series of a part: its index here, the number of its different times, and the
 * number of its values in whose place an earlier series has one.
 */
export function overlapSql(layout: SegmentLayout, period: Period, series: readonly PartSeries[]): SqlText {
  const shared = { ...layout, columns: sharedColumns(layout.columns, series) };
  const tables = series.map((each, at) => sql`SELECT *, true AS in${at} FROM (${seriesSql(shared, period, each, at)})`);
  const rows = series.map(({ segments }, at) => {
    const replaced = shared.columns.flatMap(({ name }, index) => {
      const earlier = series.flatMap((each, other) =>
        other < at && hasColumn(each.segments, name) ? [columnSql(other, index)] : [],
      );
      if (earlier.length === 0 || !hasColumn(segments, name)) return [];
      const own = columnSql(at, index);
      return [sql`count(${own}) FILTER (coalesce(${joinSql(earlier)}) IS NOT NULL)`];
    });
    const sum = replaced.length === 0 ? sql`0` : joinSql(replaced, sql` + `);
    return sql`{series: ${at}, times: count(in${at}), replaced: ${sum}}`;
  });
  return sql`SELECT unnest([${joinSql(rows)}], recursive := true) FROM ${joinedSql(tables)}`;
}

/** Returns the SQL that writes a file without rows. */
export function emptySql({ time, columns }: SegmentLayout, target: string): SqlText {
  const nulls = [{ name: 'Timestamp', type: time }, ...columns].map(
    ({ name, type }) => sql`${castSql(sql`NULL`, type)} AS ${identifier(name)}`,
  );
  return writeParquet(sql`SELECT ${joinSql(nulls)} WHERE false`, target);
}

function valueSql({ name, type }: TypedColumn, index: number, series: readonly PartSeries[]): SqlText {
  const having = series.flatMap(({ segments }, at) => (hasColumn(segments, name) ? [columnSql(at, index)] : []));
  const value = having.length > 1 ? sql`coalesce(${joinSql(having)})` : (having[0] ?? castSql(sql`NULL`, type));
  return sql`${value} AS ${identifier(name)}`;
}

/** The rows of one series, each time once, with the columns that it has. */
function seriesSql(layout: SegmentLayout, period: Period, { segments, isRising }: PartSeries, at: number): SqlText {
  const reads = runsOf(layout.columns, segments).map((run) => readSql(layout, period, run, at));
  const byName = sql` UNION ALL BY NAME `;
  if (isRising) return joinSql(reads, byName);
  // For rows of the same time the last one with a value takes precedence; arg_max ignores NULL.
  const ranked = reads.map(
    (read, run) => sql`SELECT *, ${run} * (1::BIGINT << 40) + row_number() OVER () AS r FROM (${read})`,
  );
  const names = layout.columns.flatMap(({ name }, index) => (hasColumn(segments, name) ? [columnSql(at, index)] : []));
  const values = names.map((name) => sql`arg_max(${name}, r) AS ${name}`);
  return sql`SELECT ${joinSql([sql`t`, ...values])} FROM (${joinSql(ranked, byName)}) GROUP BY t`;
}

/**
 * Groups adjacent segments that one call can read: DuckDB has no common type for all types of time, and a column
 * without values would change the type of the others.
 */
function runsOf(columns: readonly Column[], segments: readonly Segment[]): readonly (readonly Segment[])[] {
  const runs: Segment[][] = [];
  const names = new Set(columns.map(({ name }) => name));
  let types = new Map<string, string>();
  for (const segment of segments) {
    const last = runs.at(-1);
    const isReadAlone = segment.hasNullColumns || last?.[0]?.hasNullColumns === true;
    const own = segment.facts.columns.filter(({ name }) => names.has(name));
    const fits = own.every(({ name, type }) => areExactTogether(types.get(name) ?? type, type));
    if (last !== undefined && !isReadAlone && timeTypeIn(last[0]!) === timeTypeIn(segment) && fits) last.push(segment);
    else {
      runs.push([segment]);
      types = new Map();
    }
    for (const { name, type } of own) types.set(name, type);
  }
  return runs;
}

function timeTypeIn({ facts }: Segment): string | undefined {
  return timeColumnOf(facts.columns)?.type;
}

/** The rows of a run that are in the period, in order. */
function readSql({ time, columns }: SegmentLayout, period: Period, run: readonly Segment[], at: number): SqlText {
  const paths = run.map(({ file }) => file.hostPath);
  const timeColumn = timeColumnOf(run[0]!.facts.columns)!;
  const values = columns.flatMap(({ name, type }, index) => {
    const types = run.flatMap(({ facts }) => facts.columns.find((column) => column.name === name)?.type ?? []);
    if (types.length === 0) return [];
    return [sql`${valueIn(type, types, { name, run })} AS ${columnSql(at, index)}`];
  });
  const selected = joinSql([sql`${timeValue(timeColumn, time)} AS t`, ...values]);
  return sql`SELECT ${selected} FROM ${readParquet(paths)} WHERE ${inPeriod(timeColumn, period)}`;
}

/** The value of a column of a run in a type, without a cast where it has it. */
function valueIn(
  to: SqlType,
  types: readonly SqlType[],
  { name, run }: { readonly name: string; readonly run: readonly Segment[] },
): SqlText {
  if (types.every((own) => own === to)) return identifier(name);
  const from = types.find((own) => mayRound(own, to));
  const paths = run.flatMap((segment) => segment.paths);
  return from === undefined ? numberCastSql(identifier(name), types[0]!, to) : exactCastSql({ name, from, to }, paths);
}

/** Name of a column in a series of the part; both are 0-based indexes. */
function columnSql(series: number, column: number): SqlText {
  return sql`s${series}c${column}`;
}

function timeValue(column: Column, type: TimeType): SqlText {
  return type === 'TIMESTAMP' ? timeSql(column) : castSql(identifier(column.name), type);
}

/**
 * Condition for times in a period, written in the column's type where possible, so that whole row groups can be
 * skipped.
 */
function inPeriod({ name, type }: Column, { startUs, endUs }: Period): SqlText {
  const column = identifier(name);
  // Periods start and end on whole seconds.
  const [start, end] = [startUs / 1_000_000n, endUs / 1_000_000n];
  if (isInteger(type)) return sql`${column} >= ${start} AND ${column} < ${end}`;
  if (isNumber(type)) {
    const us = sql`round(${column}::DOUBLE * 1000000)`;
    return sql`${column} >= ${start - 1n} AND ${column} <= ${end} AND ${us} >= ${startUs} AND ${us} < ${endUs}`;
  }
  if (type === 'TIMESTAMP WITH TIME ZONE')
    return sql`epoch_us(${column}) >= ${startUs} AND epoch_us(${column}) < ${endUs}`;
  const moment = type === 'TIMESTAMP' ? column : timeSql({ name, type });
  return sql`${moment} >= make_timestamp(${startUs}) AND ${moment} < make_timestamp(${endUs})`;
}

function hasColumn(segments: readonly Segment[], name: string): boolean {
  return segments.some(({ facts }) => facts.columns.some((column) => column.name === name));
}
