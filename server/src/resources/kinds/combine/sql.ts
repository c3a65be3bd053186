/**
 * SQL that builds a part of a result. Internal column names: `t` is the time, `s2c7` the eighth column in the third
 * series of the part.
 */
import { identifier, joinSql, sql, type SqlText } from '../../../duckdb/sql.ts';
import { castSql, type SqlType } from '../../../duckdb/sqlType.ts';
import { type TypedColumn } from '../../../sandbox/build.ts';
import { type Column } from '../../../sandbox/types.ts';
import { areExactTogether } from '../../series/exact.ts';
import { type Period } from '../../series/periods.ts';
import { readParquet, writeParquet } from '../../series/readParquet.ts';
import { timeColumnOf, timeSql } from '../../series/time.ts';
import { type TimeType } from './columns.ts';
import { type Segment } from './segments.ts';

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

/** Returns the SQL for one row with a boolean for each series: true if its times increase from row to row. */
export function risingSql(layout: SegmentLayout, period: Period, series: readonly (readonly Segment[])[]): SqlText {
  return sql`SELECT ${joinSql(series.map((segments) => isRising(layout, period, segments)))}`;
}

function isRising({ time }: SegmentLayout, period: Period, segments: readonly Segment[]): SqlText {
  const runs = runsOf([], segments).map((run) => {
    const rows = readSql({ time, columns: [] }, period, run, 0);
    return sql`SELECT t, lag(t) OVER () AS before FROM (${rows})`;
  });
  const rises = sql`coalesce(bool_and(t > before), true)`;
  // A single run needs no comparison of start and end.
  if (runs.length === 1) return sql`(SELECT ${rises} FROM (${joinSql(runs)}))`;
  const ends = runs.map(
    (steps, run) => sql`SELECT ${run} AS run, ${rises} AS rises, min(t) AS start, max(t) AS stop FROM (${steps})`,
  );
  const before = sql`max(stop) OVER (ORDER BY run ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`;
  const united = joinSql(ends, sql` UNION ALL `);
  const filled = sql`SELECT rises, start, ${before} AS before FROM (${united}) WHERE start IS NOT NULL`;
  return sql`(SELECT coalesce(bool_and(rises AND coalesce(start > before, true)), true) FROM (${filled}))`;
}

/** Returns the SQL that writes a part to a host file; the first of these series takes precedence. */
export function partSql(layout: SegmentLayout, period: Period, series: readonly PartSeries[], target: string): SqlText {
  const columns = layout.columns.map((column, index) => valueSql(column, index, series));
  const tables = series.map((each, index) => sql`(${seriesSql(layout, period, each, index)})`);
  const joined = joinSql(
    tables.map((table, index) => (index === 0 ? table : sql`FULL JOIN ${table} USING (t)`)),
    sql` `,
  );
  // Rows read by several calls have no reliable order.
  const isOrdered =
    series.length === 1 && series[0]!.isRising && runsOf(layout.columns, series[0]!.segments).length === 1;
  const order = isOrdered ? sql`` : sql` ORDER BY 1`;
  return writeParquet(sql`SELECT ${joinSql([sql`t AS "Timestamp"`, ...columns])} FROM ${joined}${order}`, target);
}

/**
 * Returns the SQL that writes the numbers of rows in a part, and of different times, of each of these series. `built` is
 * the file of the part: the rows of a single series are its different times, which saves finding them.
 */
export function countsSql(
  { time }: SegmentLayout,
  period: Period,
  series: readonly { readonly index: number; readonly segments: readonly Segment[] }[],
  { built, target }: { readonly built: string; readonly target: string },
): SqlText {
  const single = sql`(SELECT count(*) FROM ${readParquet([built])})`;
  const times = series.length === 1 ? single : sql`count(DISTINCT t)`;
  const counts = series.map(({ index, segments }) => {
    const reads = runsOf([], segments).map((run) => readSql({ time, columns: [] }, period, run, 0));
    const rows = joinSql(reads, sql` UNION ALL `);
    return sql`SELECT ${index} AS series, count(*) AS timed, ${times} AS times FROM (${rows})`;
  });
  return writeParquet(joinSql(counts, sql` UNION ALL `), target);
}

/** Returns the SQL that writes the sums of such files, for each series with its number of rows. */
export function totalsSql(rows: ReadonlyMap<number, number>, files: readonly string[], target: string): SqlText {
  const known = [...rows].map(
    ([series, count]) => sql`SELECT ${series} AS series, ${count} AS "rows", 0 AS timed, 0 AS times`,
  );
  const counted = files.length === 0 ? [] : [sql`SELECT series, 0, timed, times FROM ${readParquet(files)}`];
  const none = sql`SELECT 0 AS series, 0 AS "rows", 0 AS timed, 0 AS times`;
  const sums = joinSql(
    ['rows', 'timed', 'times'].map((name) => sql`sum(${identifier(name)})::BIGINT AS ${identifier(name)}`),
  );
  const all = joinSql([none, ...known, ...counted], sql` UNION ALL `);
  return writeParquet(sql`SELECT series, ${sums} FROM (${all}) GROUP BY series`, target);
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
    const value = types.every((own) => own === type) ? identifier(name) : castSql(identifier(name), type);
    return [sql`${value} AS ${columnSql(at, index)}`];
  });
  const selected = joinSql([sql`${timeValue(timeColumn, time)} AS t`, ...values]);
  return sql`SELECT ${selected} FROM ${readParquet(paths)} WHERE ${inPeriod(timeColumn, period)}`;
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
  if (/^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/.test(type))
    return sql`${column} >= ${start} AND ${column} < ${end}`;
  if (/^(FLOAT|DOUBLE|DECIMAL)/.test(type)) {
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
