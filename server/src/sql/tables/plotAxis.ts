import { PondError } from '../../base/error.ts';
import { type LruCache } from '../../base/lruCache.ts';
import { type Connection } from '../../duckdb/connection.ts';
import { joinSql, literal, sql, type SqlText } from '../../duckdb/sql.ts';
import { castSql, parseSqlType } from '../../duckdb/sqlType.ts';
import { isFloat, isInteger } from '../../base/typeClass.ts';
import { type Value } from '../../duckdb/values.ts';
import { whereSql } from './filterSql.ts';
import { columnOf, type Relation, type RelationColumn } from './relation.ts';
import { kindOf, microsecondsSql } from './valueKind.ts';
import { type PlotRange } from '../../protocol/plots.ts';

/** The rows of a plot: those of a view. */
export interface PlotScope {
  readonly connection: Connection;
  readonly relation: Relation;
  /** The condition of the view's filters; undefined without any. */
  readonly filter: SqlText | undefined;
  /** Cache of what was read of the table before, so that a part of a plot costs what it touches. */
  readonly extents: Extents;
}

/** A column of numbers or times as an axis. Its own numbers are microseconds for times, as exact as the times. */
export interface Axis {
  readonly column: RelationColumn;
  /** SQL of a value of the column as an own number; NULL for an infinite time. */
  readonly own: (value: SqlText) => SqlText;
  /** Own numbers in one of the caller's: 1000 microseconds in a millisecond of a time, else 1. */
  readonly scale: number;
}

/** Returns a column as an axis. Fails `query-invalid` for one that is neither of numbers nor of times. */
export function axisOf(relation: Relation, name: string): Axis {
  const column = columnOf(relation, name);
  const kind = kindOf(column);
  if (kind === 'number') return { column, own: (value) => value, scale: 1 };
  if (kind !== 'other') return { column, own: (value) => microsecondsSql(value, kind), scale: 1000 };
  const hint = 'Choose a column of numbers, dates or times.';
  throw new PondError('query-invalid', `expected numbers or times in the column ${name}, got ${column.type}`, { hint });
}

/** Returns a column of numbers, also one of seconds. Fails `query-invalid` for another one. */
export function numbersOf(relation: Relation, name: string): Axis {
  const column = columnOf(relation, name);
  if (['number', 'seconds'].includes(kindOf(column))) return { column, own: (value) => value, scale: 1 };
  const hint = 'Choose a column of numbers.';
  throw new PondError('query-invalid', `expected numbers in the column ${name}, got ${column.type}`, { hint });
}

/** A number as SQL; infinite ones too. */
export function doubleSql(value: number): SqlText {
  return sql`CAST(${literal(String(value))} AS DOUBLE)`;
}

/** The part of an axis that a picture shows, in own numbers, and as the caller's range. */
interface ShownPart {
  readonly low: number;
  readonly high: number;
  readonly range: PlotRange;
}

/** Returns the part of an axis in a range of the caller, or without one the part that has values. */
export function shownPart(
  { scale }: Axis,
  extent: Pick<Extent, 'low' | 'high'>,
  range: PlotRange | undefined,
): ShownPart {
  const [low, high] = range === undefined ? [extent.low, extent.high] : [range.low * scale, range.high * scale];
  return { low, high, range: { low: low / scale, high: high / scale } };
}

/** Width of each of the equal parts of a range. */
export function partWidth(low: number, high: number, parts: number): number {
  // The difference of two numbers may be too large for one; that of their parts is not.
  return Number.isFinite(high - low) ? (high - low) / parts : high / parts - low / parts;
}

/** The condition of the rows within `low` to `high`, in own numbers; by it DuckDB skips parts of files. */
export function withinSql(axis: Axis, low: number, high: number): SqlText {
  const bounds = boundsSql(axis, low, high);
  if (bounds === undefined) return sql`${ownSql(axis)} BETWEEN ${doubleSql(low)} AND ${doubleSql(high)}`;
  return sql`${axis.column.value} BETWEEN ${bounds[0]} AND ${bounds[1]}`;
}

/** Bounds in the type of the column, which exclude no value that is within; undefined where there are none. */
function boundsSql({ column, scale }: Axis, low: number, high: number): readonly [SqlText, SqlText] | undefined {
  const kind = kindOf(column);
  if (kind === 'time') {
    const type = parseSqlType(column.type);
    // Nanoseconds end before the other types do, and end with an error.
    if (type === undefined || column.type === 'TIMESTAMP_NS' || Math.max(-low, high) > timeMax) return undefined;
    const bound = (us: number): SqlText => castSql(sql`make_timestamp(${BigInt(us)})`, type);
    return [bound(Math.floor(low)), bound(Math.ceil(high))];
  }
  if (!isInteger(column.type)) return undefined;
  const unit = kind === 'seconds' && scale !== 1 ? 1e6 : 1;
  const [first, last] = [Math.floor(low / unit), Math.ceil(high / unit)];
  return Number.isSafeInteger(first) && Number.isSafeInteger(last) ? [sql`${first}`, sql`${last}`] : undefined;
}

/** Microseconds from 1970 that each type of time holds: some 100,000 years. */
const timeMax = 3e18;

/** Extents of axes over the rows of views of one table, by the column and the filter. */
export type Extents = LruCache<string, Extent>;

/** Range of an axis, in own numbers. */
interface Extent {
  readonly low: number;
  readonly high: number;
  readonly rows: number;
  /** Rows without a finite value. */
  readonly skipped: number;
}

/** Returns the extent of an axis over the rows of a view; `low` is above `high` without a finite value. */
export async function extentOf(scope: PlotScope, axis: Axis): Promise<Extent> {
  const { filter, extents } = scope;
  const key = JSON.stringify([axis.column.name, filter ?? null]);
  return extents.get(key) ?? extents.set(key, await readExtent(scope, axis));
}

async function readExtent({ connection, relation, filter }: PlotScope, axis: Axis): Promise<Extent> {
  const from = sql`${relation.from}${whereSql(filter)}`;
  const { value } = axis.column;
  const counts = sql`count(*), count(${value})`;
  // Files state the least and the greatest value of a column, which needs no look at the rows.
  const ends = joinSql([sql`min(${value})`, sql`max(${value})`].map((end) => asDouble(axis.own(end))));
  const [own] = await connection.rows(sql`SELECT ${ends}, ${counts} FROM ${from}`);
  const [low, high, rows, present] = numbersIn(own);
  if (present === 0) return { low: Infinity, high: -Infinity, rows, skipped: rows };
  if (Number.isFinite(low) && Number.isFinite(high)) return { low, high, rows, skipped: rows - present };
  const finite = sql`SELECT ${asDouble(finiteSql(axis))} AS x FROM ${from}`;
  const [exact] = await connection.rows(sql`SELECT min(x), max(x), count(*), count(x) FROM (${finite})`);
  const [least, greatest, all, known] = numbersIn(exact);
  if (known === 0) return { low: Infinity, high: -Infinity, rows: all, skipped: all };
  return { low: least, high: greatest, rows: all, skipped: all - known };
}

/** The four values of a row as numbers; NaN for NULL. */
function numbersIn(row: readonly Value[] = []): readonly [number, number, number, number] {
  const at = (index: number): number => numberOf(row[index]) ?? NaN;
  return [at(0), at(1), at(2), at(3)];
}

/** A value of a result as a number; null for NULL. */
export function numberOf(value: Value | undefined): number | null {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null;
}

/** SQL of the own number of a row. */
export function ownSql({ column, own }: Axis): SqlText {
  return own(column.value);
}

/** SQL of the own number of a row; NULL for one that is not finite. */
export function finiteSql(axis: Axis): SqlText {
  const value = ownSql(axis);
  return isFloat(axis.column.type) ? sql`CASE WHEN isfinite(${value}) THEN ${value} END` : value;
}

/** SQL of a number as a double. */
export function asDouble(value: SqlText): SqlText {
  return sql`CAST(${value} AS DOUBLE)`;
}
