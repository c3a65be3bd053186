/**
 * SQL that builds a part of a result. Internal column names: `t` is the time, `s2c7` the eighth column in the third
 * series of the part.
 */
import { identifier, literal, literalList } from '../../../duckdb/sql.ts';
import { castSql, type SqlType } from '../../../duckdb/sqlType.ts';
import { type TypedColumn } from '../../../sandbox/build.ts';
import { type Column } from '../../../sandbox/types.ts';
import { areExactTogether } from '../../series/exact.ts';
import { type Period } from '../../series/periods.ts';
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
export interface PartSeries {
  readonly pieces: readonly Segment[];
  /** True if its times are known to increase from row to row in that order, so each time occurs once. */
  readonly isRising: boolean;
}

/** Returns the SQL for the union type of each list of types: one row with a text for each list. */
export function unionTypesSql(lists: readonly (readonly SqlType[])[]): string {
  return `SELECT ${lists.map(unionType).join(', ')}`;
}

function unionType(types: readonly SqlType[]): string {
  const nulls = types.map((type) => `SELECT ${castSql('NULL', type)} AS x`);
  return `(SELECT typeof(x) FROM (${nulls.join(' UNION ALL ')}) LIMIT 1)`;
}

/** Returns the SQL for one row with a boolean for each series: true if its times increase from row to row. */
export function risingSql(layout: SegmentLayout, period: Period, series: readonly (readonly Segment[])[]): string {
  return `SELECT ${series.map((pieces) => isRising(layout, period, pieces)).join(', ')}`;
}

function isRising({ time }: SegmentLayout, period: Period, pieces: readonly Segment[]): string {
  const runs = runsOf([], pieces).map((run) => {
    const rows = readSql({ time, columns: [] }, period, run, '');
    return `SELECT t, lag(t) OVER () AS before FROM (${rows})`;
  });
  const rises = 'coalesce(bool_and(t > before), true)';
  // A single run needs no comparison of start and end.
  if (runs.length === 1) return `(SELECT ${rises} FROM (${runs.join('')}))`;
  const ends = runs.map(
    (steps, run) => `SELECT ${run} AS run, ${rises} AS rises, min(t) AS least, max(t) AS most FROM (${steps})`,
  );
  const before = 'max(most) OVER (ORDER BY run ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)';
  const filled = `SELECT rises, least, ${before} AS before FROM (${ends.join(' UNION ALL ')}) WHERE least IS NOT NULL`;
  return `(SELECT coalesce(bool_and(rises AND coalesce(least > before, true)), true) FROM (${filled}))`;
}

/** Returns the SQL that writes a part to a host file; the first of these series takes precedence. */
export function partSql(layout: SegmentLayout, period: Period, series: readonly PartSeries[], target: string): string {
  const columns = layout.columns.map((column, index) => valueSql(column, index, series));
  const tables = series.map((each, index) => `(${seriesSql(layout, period, each, `s${index}`)})`);
  const joined = tables.map((table, index) => (index === 0 ? table : `FULL JOIN ${table} USING (t)`)).join(' ');
  // Rows read by several calls have no reliable order.
  const isOrdered =
    series.length === 1 && series[0]!.isRising && runsOf(layout.columns, series[0]!.pieces).length === 1;
  const order = isOrdered ? '' : ' ORDER BY 1';
  return copySql(`SELECT ${['t AS "Timestamp"', ...columns].join(', ')} FROM ${joined}${order}`, target);
}

/** Returns the SQL that writes a file without rows. */
export function emptySql({ time, columns }: SegmentLayout, target: string): string {
  const nulls = [{ name: 'Timestamp', type: time }, ...columns].map(
    ({ name, type }) => `${castSql('NULL', type)} AS ${identifier(name)}`,
  );
  return copySql(`SELECT ${nulls.join(', ')} WHERE false`, target);
}

function copySql(query: string, target: string): string {
  return `COPY (${query}) TO ${literal(target)} (FORMAT parquet)`;
}

function valueSql({ name, type }: TypedColumn, index: number, series: readonly PartSeries[]): string {
  const having = series.flatMap(({ pieces }, at) => (hasColumn(pieces, name) ? [`s${at}c${index}`] : []));
  const value = having.length > 1 ? `coalesce(${having.join(', ')})` : (having[0] ?? castSql('NULL', type));
  return `${value} AS ${identifier(name)}`;
}

/** The rows of one series, each time once, with the columns that it has. */
function seriesSql(layout: SegmentLayout, period: Period, { pieces, isRising }: PartSeries, prefix: string): string {
  const reads = runsOf(layout.columns, pieces).map((run) => readSql(layout, period, run, prefix));
  if (isRising) return reads.join(' UNION ALL BY NAME ');
  // For rows of the same time the last one with a value takes precedence; arg_max ignores NULL.
  const ranked = reads.map(
    (read, run) => `SELECT *, ${run} * (1::BIGINT << 40) + row_number() OVER () AS r FROM (${read})`,
  );
  const names = layout.columns.flatMap(({ name }, index) => (hasColumn(pieces, name) ? [`${prefix}c${index}`] : []));
  const values = names.map((name) => `arg_max(${name}, r) AS ${name}`);
  return `SELECT ${['t', ...values].join(', ')} FROM (${ranked.join(' UNION ALL BY NAME ')}) GROUP BY t`;
}

/**
 * Groups adjacent segments that one call can read: DuckDB has no common type for all types of time, and a column
 * without values would change the type of the others.
 */
function runsOf(columns: readonly Column[], pieces: readonly Segment[]): readonly (readonly Segment[])[] {
  const runs: Segment[][] = [];
  const names = new Set(columns.map(({ name }) => name));
  let types = new Map<string, string>();
  for (const piece of pieces) {
    const last = runs.at(-1);
    const isReadAlone = piece.hasBlanks || last?.[0]?.hasBlanks === true;
    const own = piece.facts.columns.filter(({ name }) => names.has(name));
    const fits = own.every(({ name, type }) => areExactTogether(types.get(name) ?? type, type));
    if (last !== undefined && !isReadAlone && timeTypeIn(last[0]!) === timeTypeIn(piece) && fits) last.push(piece);
    else {
      runs.push([piece]);
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
function readSql({ time, columns }: SegmentLayout, period: Period, run: readonly Segment[], prefix: string): string {
  const paths = run.map(({ file }) => file.hostPath);
  const timeColumn = timeColumnOf(run[0]!.facts.columns)!;
  const values = columns.flatMap(({ name, type }, index) => {
    const types = run.flatMap(({ facts }) => facts.columns.find((column) => column.name === name)?.type ?? []);
    if (types.length === 0) return [];
    const value = types.every((own) => own === type) ? identifier(name) : castSql(identifier(name), type);
    return [`${value} AS ${prefix}c${index}`];
  });
  const selected = [`${timeValue(timeColumn, time)} AS t`, ...values].join(', ');
  const union = paths.length > 1 ? ', union_by_name = true' : '';
  const condition = inPeriod(timeColumn, period);
  return `SELECT ${selected} FROM read_parquet(${literalList(paths)}${union}) WHERE ${condition}`;
}

function timeValue(column: Column, type: TimeType): string {
  return type === 'TIMESTAMP' ? timeSql(column) : castSql(identifier(column.name), type);
}

/**
 * Condition for times in a period, written in the column's type where possible, so that whole row groups can be
 * skipped.
 */
function inPeriod({ name, type }: Column, { startUs, endUs }: Period): string {
  const column = identifier(name);
  // Periods start and end on whole seconds.
  const [start, end] = [startUs / 1_000_000n, endUs / 1_000_000n];
  if (/^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/.test(type)) return `${column} >= ${start} AND ${column} < ${end}`;
  if (/^(FLOAT|DOUBLE|DECIMAL)/.test(type)) {
    const us = `round(${column}::DOUBLE * 1000000)`;
    return `${column} >= ${start - 1n} AND ${column} <= ${end} AND ${us} >= ${startUs} AND ${us} < ${endUs}`;
  }
  if (type === 'TIMESTAMP WITH TIME ZONE')
    return `epoch_us(${column}) >= ${startUs} AND epoch_us(${column}) < ${endUs}`;
  const moment = type === 'TIMESTAMP' ? column : timeSql({ name, type });
  return `${moment} >= make_timestamp(${startUs}) AND ${moment} < make_timestamp(${endUs})`;
}

function hasColumn(pieces: readonly Segment[], name: string): boolean {
  return pieces.some(({ facts }) => facts.columns.some((column) => column.name === name));
}
