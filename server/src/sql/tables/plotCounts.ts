/** Plots that count rows: histograms, bars and wind roses. */
import { joinSql, literal, sql, type SqlText } from '../../duckdb/sql.ts';
import { type CalendarUnit, type PlotRequest, type PlotResult } from '../../protocol/plots.ts';
import { whereSql } from './filterSql.ts';
import {
  asDouble,
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
import { kindOf } from './valueKind.ts';

type RequestOf<K extends PlotRequest['kind']> = Extract<PlotRequest, { kind: K }>;
type ResultOf<K extends PlotResult['kind']> = Extract<PlotResult, { kind: K }>;

/** Returns the numbers of rows in bins of equal width. Fails `query-invalid` for a column of another type. */
export async function plotHistogram(
  scope: PlotScope,
  { x: name, range, bins }: RequestOf<'histogram'>,
): Promise<ResultOf<'histogram'>> {
  const x = axisOf(scope.relation, name);
  const extent = await extentOf(scope, x);
  const none = { kind: 'histogram', rows: 0, skipped: extent.skipped, counts: [] } as const;
  if (extent.low > extent.high) return { ...none, range: null };
  const part = shownPart(x, extent, range);
  const { low, high } = part;
  const width = partWidth(low, high, bins);
  const at = sql`floor(x / ${doubleSql(width)} - ${doubleSql(low / width)})`;
  const bin = width > 0 ? sql`CAST(greatest(0, least(${bins - 1}, ${at})) AS INTEGER)` : sql`0`;
  const where = whereSql(scope.filter, withinSql(x, low, high));
  const values = sql`SELECT ${asDouble(finiteSql(x))} AS x FROM ${scope.relation.from}${where}`;
  const inRange = sql`x BETWEEN ${doubleSql(low)} AND ${doubleSql(high)}`;
  const found = await scope.connection.rows(
    sql`SELECT ${bin} AS bin, CAST(count(*) AS DOUBLE) FROM (${values}) WHERE ${inRange} GROUP BY bin`,
  );
  const rowsOf = new Map(found.map(([index, rows]) => [Number(index), numberOf(rows) ?? 0]));
  const counts = Array.from({ length: bins }, (_, index) => rowsOf.get(index) ?? 0);
  const rows = counts.reduce((sum, count) => sum + count, 0);
  return { ...none, range: part.range, rows, counts };
}

/** Shortest span of times for which each calendar unit is used, from the longest, microseconds: some 60 bars. */
const unitSpans: readonly (readonly [CalendarUnit, number])[] = [
  ['year', 1.6e15],
  ['month', 2e14],
  ['week', 3e13],
  ['day', 4e12],
  ['hour', 1e11],
  ['minute', 0],
];

/** Returns bars of times, or of values. Fails `query-invalid` for a measured column that is not of numbers. */
export async function plotBars(scope: PlotScope, request: RequestOf<'bars'>): Promise<ResultOf<'bars'>> {
  const column = columnOf(scope.relation, request.x);
  const height = measureSql(scope, request);
  const kind = kindOf(column);
  if (kind !== 'time' && kind !== 'seconds') return await barsOfValues(scope, request, height);
  const x = axisOf(scope.relation, request.x);
  const extent = await extentOf(scope, x);
  const [unit] = unitSpans.find(([, span]) => extent.high - extent.low >= span) ?? unitSpans[unitSpans.length - 1]!;
  const time = sql`make_timestamp(${x.own(column.value)})`;
  const start = sql`date_trunc(${literal(unit)}, ${time})`;
  const grouped = sql`SELECT ${start} AS start, ${height} AS height, count(*) AS n
    FROM ${scope.relation.from}${whereSql(scope.filter)} GROUP BY start`;
  // The latest units are shown when there are too many, as of an event long ago.
  const rows = await scope.connection.rows(
    sql`SELECT CAST(epoch_ms(start) AS DOUBLE), ${asDouble(sql`height`)}, CAST(n AS DOUBLE), CAST(count(*) OVER () AS DOUBLE)
      FROM (${grouped}) WHERE start IS NOT NULL ORDER BY start DESC LIMIT ${request.most}`,
  );
  const bars = rows.map(([value, measured]) => ({ value: numberOf(value), height: finite(numberOf(measured)) }));
  const others = (numberOf(rows[0]?.[3]) ?? 0) - rows.length;
  return { kind: 'bars', unit, bars: bars.reverse(), others, rows: rowsIn(rows), skipped: extent.skipped };
}

async function barsOfValues(
  { connection, relation, filter }: PlotScope,
  { x, most }: RequestOf<'bars'>,
  height: SqlText,
): Promise<ResultOf<'bars'>> {
  const { value } = columnOf(relation, x);
  const grouped = sql`SELECT ${value} AS v, ${height} AS height, count(*) AS n FROM ${relation.from}${whereSql(filter)} GROUP BY v`;
  const rows = await connection.rows(
    sql`SELECT CAST(v AS VARCHAR), ${asDouble(sql`height`)}, CAST(n AS DOUBLE), CAST(count(*) OVER () AS DOUBLE)
      FROM (${grouped}) ORDER BY height DESC NULLS LAST, CAST(v AS VARCHAR) NULLS LAST LIMIT ${most}`,
  );
  const bars = rows.map(([text, measured]) => ({
    value: typeof text === 'string' ? text : null,
    height: finite(numberOf(measured)),
  }));
  const others = (numberOf(rows[0]?.[3]) ?? 0) - rows.length;
  return { kind: 'bars', unit: null, bars, others, rows: rowsIn(rows), skipped: 0 };
}

function measureSql({ relation }: PlotScope, { y, measure }: RequestOf<'bars'>): SqlText {
  if (measure === 'rows' || y === undefined) return sql`count(*)`;
  const value = asDouble(finiteSql(numbersOf(relation, y)));
  return { sum: sql`sum(${value})`, mean: sql`avg(${value})`, min: sql`min(${value})`, max: sql`max(${value})` }[
    measure
  ];
}

/** Number of classes of speed of a wind rose. */
const classes = 6;

/** Returns the rows by direction and speed. Fails `query-invalid` for columns that are not of numbers. */
export async function plotRose(
  scope: PlotScope,
  { direction, speed, sectors }: RequestOf<'rose'>,
): Promise<ResultOf<'rose'>> {
  const { connection, relation, filter } = scope;
  const values = [direction, speed].map((name) => asDouble(finiteSql(numbersOf(relation, name))));
  const from = sql`SELECT ${values[0]!} AS d, ${values[1]!} AS s FROM ${relation.from}${whereSql(filter)}`;
  const isCalm = sql`s = 0`;
  const isMoving = sql`s > 0 AND d IS NOT NULL`;
  const [facts = []] = await connection.rows(
    sql`SELECT ${joinSql(
      [
        sql`count(*)`,
        sql`count(*) FILTER (WHERE ${isCalm})`,
        sql`count(*) FILTER (WHERE ${isMoving})`,
        sql`approx_quantile(s, 0.95) FILTER (WHERE ${isMoving})`,
      ].map(asDouble),
    )} FROM (${from})`,
  );
  const [all = 0, calms = 0, moving = 0, high = null] = facts.map(numberOf);
  const edges = edgesOf(high ?? 0);
  const bounds = edges.map((edge) => sql`CAST(s >= ${doubleSql(edge)} AS INTEGER)`);
  const width = 360 / sectors;
  const turned = sql`(d + ${doubleSql(width / 2)}) / ${doubleSql(360)}`;
  const sector = sql`CAST(floor((${turned} - floor(${turned})) * ${sectors}) AS INTEGER) % ${sectors}`;
  const found = await connection.rows(
    sql`SELECT ${sector} AS sector, ${joinSql([sql`0`, ...bounds], sql` + `)} AS class, CAST(count(*) AS DOUBLE)
      FROM (${from}) WHERE ${isMoving} GROUP BY sector, class`,
  );
  const counts = Array.from({ length: sectors }, () => Array.from({ length: edges.length + 1 }, () => 0));
  for (const [at, level, rows] of found) counts[Number(at)]![Number(level)] = numberOf(rows) ?? 0;
  const rows = (calms ?? 0) + (moving ?? 0);
  return { kind: 'rose', edges, counts, calms: calms ?? 0, rows, skipped: (all ?? 0) - rows };
}

/** Ends of the classes of speed but the last, at round numbers. */
function edgesOf(high: number): readonly number[] {
  if (!(high > 0)) return [];
  const rough = high / (classes - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  return Array.from({ length: classes - 1 }, (_, index) => Number(((index + 1) * step).toPrecision(6)));
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

/** Number of rows of all bars, each a row with its ends and its number. */
function rowsIn(bars: readonly (readonly unknown[])[]): number {
  return bars.reduce((sum, [, , rows]) => sum + Number(rows), 0);
}
