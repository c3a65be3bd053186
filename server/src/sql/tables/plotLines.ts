import { throwIfCancelled } from '../../base/cancelled.ts';
import { joinSql, literal, sql, type SqlText } from '../../duckdb/sql.ts';
import { type Value } from '../../duckdb/values.ts';
import { type LineBuckets, type PlotGroups, type PlotRequest, type PlotResult } from '../../protocol/plots.ts';
import { filterSql, whereSql } from './filterSql.ts';
import {
  asDouble,
  type Axis,
  axisOf,
  doubleSql,
  extentOf,
  finiteSql,
  numberOf,
  numbersOf,
  ownSql,
  partWidth,
  type PlotScope,
  withinSql,
  shownPart,
} from './plotAxis.ts';
import { columnOf } from './relation.ts';

type LinesRequest = Extract<PlotRequest, { kind: 'lines' }>;

/** Columns that one statement aggregates: its memory is that of their buckets, whatever the number of rows. */
const columnsAtOnce = 8;

/** The part of the x axis that a picture shows, in own numbers of the axis. */
interface Shown {
  readonly low: number;
  /** Width of a pixel column; 0 for a single x. */
  readonly width: number;
  readonly high: number;
  readonly pixels: number;
  /** Part that is read on either side. */
  readonly margin: number;
}

/**
 * Returns lines as a picture of them shows: of each pixel column the first and the last row, and the extremes, so that
 * its lines cover the same pixels as lines through all rows. Fails `query-invalid` for columns of other types.
 */
export async function plotLines(
  scope: PlotScope,
  request: LinesRequest,
  signal: AbortSignal,
): Promise<Extract<PlotResult, { kind: 'lines' }>> {
  const x = axisOf(scope.relation, request.x);
  const ys = request.ys.map((name) => numbersOf(scope.relation, name));
  const extent = await extentOf(scope, x);
  const { range, pixels, by } = request;
  const part = shownPart(x, extent, range);
  const { low, high } = part;
  const none = { kind: 'lines', series: [], ...{ rows: 0, skipped: extent.skipped } } as const;
  if (extent.low > extent.high) return { ...none, range: null };
  const lines = (margin: number): Promise<readonly LineBuckets[]> => {
    const shown = { low, high, width: partWidth(low, high, pixels), pixels, margin: high * margin - low * margin };
    return linesOf({ scope, x, shown, by }, ys, signal);
  };
  const near = await lines(range === undefined ? 0 : nearMargin);
  const found = rowsIn(near, request.ys[0], pixels);
  // The neighbors of few rows may be far away, and are read fast.
  const series = range === undefined || found >= pixels ? near : await lines(1);
  const rows = range === undefined ? extent.rows - extent.skipped : found;
  return { ...none, range: part.range, rows, series };
}

/** Share of the width of a range, on either side, in which the ends of its lines have their neighbors. */
const nearMargin = 0.1;

async function linesOf(lines: LinesScope, ys: readonly Axis[], signal: AbortSignal): Promise<readonly LineBuckets[]> {
  const series: LineBuckets[] = [];
  for (let start = 0; start < ys.length; start += columnsAtOnce) {
    throwIfCancelled(signal, 'the plot');
    series.push(...(await bucketsOf(lines, ys.slice(start, start + columnsAtOnce))));
  }
  return series;
}

/** Rows of all groups in the buckets of the range. */
function rowsIn(series: readonly LineBuckets[], y: string | undefined, pixels: number): number {
  const inRange = (bucket: number | undefined): boolean => bucket !== undefined && bucket >= 0 && bucket <= pixels;
  return series
    .filter((each) => each.column === y)
    .flatMap(({ rows, bucket }) => rows.filter((_, index) => inRange(bucket[index])))
    .reduce((sum, rows) => sum + rows, 0);
}

interface LinesScope {
  readonly scope: PlotScope;
  readonly x: Axis;
  readonly shown: Shown;
  readonly by: PlotGroups | undefined;
}

async function bucketsOf(lines: LinesScope, ys: readonly Axis[]): Promise<readonly LineBuckets[]> {
  const { connection } = lines.scope;
  const asStored = await connection.rows(bucketsSql(lines, ys, (y) => ownSql(y)));
  // Infinite values and NaN are rare, and are looked for where they show: it takes as long as all the rest.
  const isFinite = asStored.every((row) => row.every((value) => typeof value !== 'number' || Number.isFinite(value)));
  const rows = isFinite ? asStored : await connection.rows(bucketsSql(lines, ys, finiteSql));
  const groups: readonly (string | null | undefined)[] = lines.by === undefined ? [undefined] : lines.by.values;
  return groups.flatMap((group) => {
    const own = group === undefined ? rows : rows.filter(([, value]) => value === group);
    return ys.map((y, index) =>
      lineOf(own, { column: y.column.name, ...(group !== undefined && { group }) }, index, lines),
    );
  });
}

/** Values of a row before those of the first column, and values of each column. */
const rowValues = 5;
const columnValues = 5;

function bucketsSql({ scope, x, shown, by }: LinesScope, ys: readonly Axis[], valueOf: (y: Axis) => SqlText): SqlText {
  const { relation, filter } = scope;
  const { low, high, width, pixels, margin } = shown;
  const group = by === undefined ? literal('') : sql`CAST(${columnOf(relation, by.column).value} AS VARCHAR)`;
  const chosen = by && filterSql(columnOf(relation, by.column), { ...by, kind: 'values' });
  const where = whereSql(filter, chosen, withinSql(x, low - margin, high + margin));
  const values = ys.map((y, index) => sql`${valueOf(y)} AS y${index}`);
  const at = sql`floor((x - ${doubleSql(low)}) / ${doubleSql(width)})`;
  const inside = sql`CAST(greatest(-1, least(${pixels}, ${at})) AS INTEGER)`;
  const bucket = width > 0 ? sql`CASE WHEN x > ${doubleSql(high)} THEN ${pixels + 1} ELSE ${inside} END` : sql`0`;
  const facts = ys.flatMap((_, index) => {
    const y = sql`y${index}`;
    return [
      ...[sql`arg_min_null(${y}, x)`, sql`arg_max_null(${y}, x)`, sql`min(${y})`, sql`max(${y})`].map(asDouble),
      sql`CAST(count(${y}) AS DOUBLE)`,
    ];
  });
  const ends = [sql`min(x)`, sql`max(x)`, sql`count(*)`].map(asDouble);
  const rows = sql`SELECT ${ownSql(x)} AS x, ${group} AS g, ${joinSql(values)} FROM ${relation.from}${where}`;
  return sql`SELECT ${bucket} AS bucket, g, ${joinSql([...ends, ...facts])} FROM (${rows}) GROUP BY bucket, g ORDER BY bucket`;
}

function lineOf(
  rows: readonly (readonly Value[])[],
  series: Pick<LineBuckets, 'column' | 'group'>,
  index: number,
  { x: { scale } }: LinesScope,
): LineBuckets {
  const at = rowValues + index * columnValues;
  const counts = (column: number): readonly number[] => rows.map((row) => numberOf(row[column]) ?? 0);
  const numbers = (column: number): readonly (number | null)[] => rows.map((row) => numberOf(row[column]));
  return {
    ...series,
    bucket: counts(0),
    start: counts(2).map((own) => own / scale),
    end: counts(3).map((own) => own / scale),
    rows: counts(4),
    ...{ first: numbers(at), last: numbers(at + 1), low: numbers(at + 2), high: numbers(at + 3) },
    values: counts(at + 4),
  };
}
