import { throwIfCancelled } from '../../base/cancelled.ts';
import { joinSql, literal, sql, type SqlText } from '../../duckdb/sql.ts';
import { type PlotRequest, type PlotResult, type PointCells } from '../../protocol/plots.ts';
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
  partWidth,
  type PlotScope,
  withinSql,
  shownPart,
} from './plotAxis.ts';
import { columnOf } from './relation.ts';

type PointsRequest = Extract<PlotRequest, { kind: 'points' }>;

/** A series that is drawn: its rows, and its columns. */
interface PointsScope {
  readonly scope: PlotScope;
  readonly request: PointsRequest;
  readonly x: Axis;
  readonly low: number;
  readonly high: number;
}

/**
 * Returns points by the cells of a grid: at most a cell's point of each series is drawn, with the number of its rows. The
 * cells of a column are as high as its own values need. Fails as plotLines.
 */
export async function plotPoints(
  scope: PlotScope,
  request: PointsRequest,
  signal: AbortSignal,
): Promise<Extract<PlotResult, { kind: 'points' }>> {
  const x = axisOf(scope.relation, request.x);
  const ys = request.ys.map((name) => numbersOf(scope.relation, name));
  const extent = await extentOf(scope, x);
  const none = { kind: 'points', series: [], rows: 0, skipped: extent.skipped } as const;
  if (extent.low > extent.high) return { ...none, range: null };
  const { range } = request;
  const part = shownPart(x, extent, range);
  const { low, high } = part;
  const points: PointsScope = { scope, request, x, low, high };
  const series: PointCells[] = [];
  for (const y of ys) {
    throwIfCancelled(signal, 'the plot');
    series.push(...(await cellsOf(points, y)));
  }
  const [counted] = await scope.connection.rows(
    sql`SELECT count(*) FROM ${scope.relation.from}${whereSql(scope.filter, withinSql(x, low, high))}`,
  );
  const rows = Number(counted?.[0] ?? 0);
  return { ...none, range: part.range, rows, series };
}

async function cellsOf(points: PointsScope, y: Axis): Promise<readonly PointCells[]> {
  const { scope, request, x } = points;
  const from = pointsSql(points, y);
  const [ends] = await scope.connection.rows(
    sql`SELECT ${joinSql([sql`min(y)`, sql`max(y)`].map(asDouble))} FROM (${from})`,
  );
  const [least, greatest] = [numberOf(ends?.[0]), numberOf(ends?.[1])];
  if (least === null || greatest === null) return [];
  const { across, down } = request.cells;
  const cell = (value: SqlText, low: number, width: number): SqlText =>
    width > 0 ? sql`floor((${value} - ${doubleSql(low)}) / ${doubleSql(width)})` : sql`0`;
  const column = cell(sql`x`, points.low, partWidth(points.low, points.high, across));
  const row = cell(sql`y`, least, partWidth(least, greatest, down));
  const facts = joinSql([sql`avg(x)`, sql`avg(y)`, sql`count(*)`].map(asDouble));
  const rows = await scope.connection.rows(
    sql`SELECT g, ${facts} FROM (${from}) GROUP BY g, ${column}, ${row} ORDER BY g, 2, 3`,
  );
  const groups: readonly (string | null | undefined)[] = request.by === undefined ? [undefined] : request.by.values;
  return groups.map((group) => {
    const own = group === undefined ? rows : rows.filter(([value]) => value === group);
    const numbers = (at: number, scale: number): readonly number[] =>
      own.map((one) => (numberOf(one[at]) ?? 0) / scale);
    const name = { column: y.column.name, ...(group !== undefined && { group }) };
    return { ...name, x: numbers(1, x.scale), y: numbers(2, 1), points: numbers(3, 1) };
  });
}

/** The points of a column that are in the range and finite. */
function pointsSql({ scope: { relation, filter }, request: { by }, x, low, high }: PointsScope, y: Axis): SqlText {
  const chosen = by && filterSql(columnOf(relation, by.column), { ...by, kind: 'values' });
  const group = by === undefined ? literal('') : sql`CAST(${columnOf(relation, by.column).value} AS VARCHAR)`;
  const where = whereSql(filter, chosen, withinSql(x, low, high));
  const rows = sql`SELECT ${asDouble(finiteSql(x))} AS x, ${asDouble(finiteSql(y))} AS y, ${group} AS g FROM ${relation.from}${where}`;
  return sql`SELECT * FROM (${rows}) WHERE x BETWEEN ${doubleSql(low)} AND ${doubleSql(high)} AND y IS NOT NULL`;
}
