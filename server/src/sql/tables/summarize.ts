import { throwIfCancelled } from '../../base/cancelled.ts';
import { type Connection } from '../../duckdb/connection.ts';
import { sql } from '../../duckdb/sql.ts';
import { type ColumnSummary, type TimeFacts } from '../../protocol/tableViews.ts';
import { histogramOf } from './histogram.ts';
import { kindOf, microsecondsSql, type SummaryScope, textRow } from './valueKind.ts';

/** Up to this number of rows, or of different values, these are counted exactly. */
const exactRowsMax = 5_000_000;
const exactDistinctMax = 100_000;

/** Returns facts about the values of a column. Fails as a query, and `cancelled`. */
export async function summarize(
  connection: Connection,
  scope: SummaryScope,
  signal: AbortSignal,
): Promise<ColumnSummary> {
  const { column } = scope;
  const kind = kindOf(column);
  const basic = await basicFacts(connection, scope);
  // An interrupt between two statements reaches neither.
  throwIfCancelled(signal, 'the query');
  const distinct = await distinctOf(connection, scope, basic);
  throwIfCancelled(signal, 'the query');
  const numbers = kind === 'number' ? await numberFacts(connection, scope) : undefined;
  const times = kind === 'time' || kind === 'seconds' ? await timeFacts(connection, scope, kind) : undefined;
  throwIfCancelled(signal, 'the query');
  const { rows, missing, min, max } = basic;
  return {
    column: { name: column.name, type: column.type },
    ...{ rows, missing, ...distinct, min, max },
    ...(numbers && { numbers }),
    ...(times && { times }),
    histogram: kind === 'other' ? [] : await histogramOf(connection, scope, kind),
    top: await topValues(connection, scope),
  };
}

interface BasicFacts extends Pick<ColumnSummary, 'rows' | 'missing' | 'min' | 'max'> {
  readonly distinctEstimate: number;
}

async function basicFacts(connection: Connection, { relation, where, column }: SummaryScope): Promise<BasicFacts> {
  const { value } = column;
  const counts = sql`count(*), count(*) - count(${value}), approx_count_distinct(${value})`;
  const ends = sql`min(${value}), max(${value})`;
  const [rows, missing, distinctEstimate, min = null, max = null] = await textRow(
    connection,
    sql`SELECT ${counts}, ${ends} FROM ${relation.from}${where}`,
  );
  return {
    ...{ rows: Number(rows ?? 0), missing: Number(missing ?? 0), distinctEstimate: Number(distinctEstimate ?? 0) },
    ...{ min, max },
  };
}

async function distinctOf(
  connection: Connection,
  { relation, where, column }: SummaryScope,
  { rows, distinctEstimate }: BasicFacts,
): Promise<Pick<ColumnSummary, 'distinct' | 'isEstimated'>> {
  if (rows > exactRowsMax && distinctEstimate > exactDistinctMax)
    return { distinct: distinctEstimate, isEstimated: true };
  const [row] = await connection.rows(sql`SELECT count(DISTINCT ${column.value}) FROM ${relation.from}${where}`);
  return { distinct: Number(row?.[0] ?? 0), isEstimated: false };
}

async function numberFacts(
  connection: Connection,
  { relation, where, column }: SummaryScope,
): Promise<NonNullable<ColumnSummary['numbers']>> {
  const x = sql`CAST(${column.value} AS DOUBLE)`;
  const finite = sql`FILTER (WHERE isfinite(x))`;
  const row = await textRow(
    connection,
    sql`SELECT avg(x) ${finite}, approx_quantile(x, 0.5) ${finite}, count(x) FILTER (WHERE NOT isfinite(x))
      FROM (SELECT ${x} AS x FROM ${relation.from}${where})`,
  );
  const [mean = null, median = null, notFinite = null] = row;
  return { mean, median, notFinite: Number(notFinite ?? 0) };
}

async function timeFacts(
  connection: Connection,
  { relation, where, column }: SummaryScope,
  kind: 'time' | 'seconds',
): Promise<TimeFacts> {
  const us = microsecondsSql(column.value, kind);
  const statement = sql`WITH times AS (SELECT us, count(*) AS n FROM (SELECT ${us} AS us FROM ${relation.from}${where})
      WHERE us IS NOT NULL GROUP BY us),
    steps AS (SELECT us, n, lead(us) OVER (ORDER BY us) - us AS step FROM times),
    usual AS (SELECT step AS usual FROM steps WHERE step IS NOT NULL GROUP BY step ORDER BY count(*) DESC, step LIMIT 1)
    SELECT any_value(usual) / 1e6, count(*) FILTER (WHERE step > usual * 1.5), max(step) / 1e6,
      CAST(make_timestamp(arg_min(us, us) FILTER (WHERE step = longest)) AS VARCHAR), sum(n) - count(*)
    FROM steps LEFT JOIN usual ON true, (SELECT max(step) AS longest FROM steps)`;
  const row = await textRow(connection, statement);
  const [step = null, gaps, longest = null, from = null, duplicates] = row;
  const numberOrNull = (text: string | null): number | null => (text === null ? null : Number(text));
  const hasGap = Number(gaps ?? 0) > 0;
  return {
    stepSeconds: numberOrNull(step),
    gaps: Number(gaps ?? 0),
    longestGapSeconds: hasGap ? numberOrNull(longest) : null,
    longestGapFrom: hasGap ? from : null,
    duplicates: Number(duplicates ?? 0),
  };
}

async function topValues(
  connection: Connection,
  { relation, where, column, topMax }: SummaryScope,
): Promise<ColumnSummary['top']> {
  if (topMax === 0) return [];
  const grouped = sql`SELECT ${column.value} AS value, count(*) AS n FROM ${relation.from}${where} GROUP BY ALL`;
  const [values = [], counts = []] = await connection.textColumns(
    sql`SELECT CAST(value AS VARCHAR), CAST(n AS VARCHAR) FROM (${grouped}) WHERE value IS NOT NULL
      ORDER BY n DESC, value, CAST(value AS VARCHAR) LIMIT ${topMax}`,
  );
  return values.map((value, index) => ({ value: value ?? '', rows: Number(counts[index] ?? 0) }));
}
