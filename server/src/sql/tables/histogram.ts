import { type Connection } from '../../duckdb/connection.ts';
import { literal, sql, type SqlText } from '../../duckdb/sql.ts';
import { isInteger } from '../../base/typeClass.ts';
import { type HistogramBar } from '../../protocol/tableViews.ts';
import { microsecondsSql, type SummaryScope, textRow, type ValueKind } from './valueKind.ts';

/** Maximum number of bars. */
const barsMax = 24;

/**
 * Returns the bars of a histogram of numbers or times, of equal width; a bar for each value of whole numbers that are
 * few. Empty without a finite value.
 */
export async function histogramOf(
  connection: Connection,
  { relation, where, column }: SummaryScope,
  kind: Exclude<ValueKind, 'other'>,
): Promise<readonly HistogramBar[]> {
  const x = kind === 'number' ? sql`CAST(${column.value} AS DOUBLE)` : microsecondsSql(column.value, kind);
  const values = sql`(SELECT CAST(${x} AS DOUBLE) AS x FROM ${relation.from}${where}) WHERE isfinite(x)`;
  const [low = null, high = null] = await textRow(connection, sql`SELECT min(x), max(x) FROM ${values}`);
  if (low === null || high === null) return [];
  const edges = edgesOf(Number(low), Number(high), isInteger(column.type) && kind === 'number');
  const counts = await countsOf(connection, values, edges);
  const textOf = kind === 'number' ? numberText : timeText;
  return counts.map((rows, index) => ({
    low: textOf(edges.low + index * edges.width),
    high: textOf(index === counts.length - 1 && !edges.isWhole ? Number(high) : edges.low + (index + 1) * edges.width),
    rows,
  }));
}

interface Edges {
  readonly low: number;
  readonly width: number;
  readonly bars: number;
  /** True for a bar of each whole number. */
  readonly isWhole: boolean;
}

function edgesOf(low: number, high: number, areIntegers: boolean): Edges {
  if (areIntegers && high - low < barsMax) return { low, width: 1, bars: high - low + 1, isWhole: true };
  // The difference of two numbers may be too large for one; that of their parts is not.
  const width = high / barsMax - low / barsMax;
  return width > 0 ? { low, width, bars: barsMax, isWhole: false } : { low, width: 0, bars: 1, isWhole: false };
}

async function countsOf(
  connection: Connection,
  values: SqlText,
  { low, width, bars }: Edges,
): Promise<readonly number[]> {
  const number = (of: number): SqlText => sql`CAST(${literal(String(of))} AS DOUBLE)`;
  const bar =
    width === 0
      ? sql`0`
      : sql`CAST(greatest(0, least(${bars - 1}, floor((x - ${number(low)}) / ${number(width)}))) AS INTEGER)`;
  const [found = [], rows = []] = await connection.textColumns(
    sql`SELECT CAST(bar AS VARCHAR), CAST(count(*) AS VARCHAR) FROM (SELECT ${bar} AS bar FROM ${values}) GROUP BY bar`,
  );
  const counts = new Map(found.map((text, index) => [Number(text), Number(rows[index] ?? 0)]));
  return Array.from({ length: bars }, (_, index) => counts.get(index) ?? 0);
}

/** A number without the digits that a sum of parts adds. */
function numberText(value: number): string {
  return String(Number(value.toPrecision(12)));
}

/** The time of a number of microseconds as DuckDB writes it, to the second; beyond what a Date holds, the number. */
function timeText(us: number): string {
  const time = new Date(Math.round(us / 1000));
  if (Number.isNaN(time.getTime())) return String(us);
  return time
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, '');
}
