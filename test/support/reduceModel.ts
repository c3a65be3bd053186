/** The expected output of Reduce as one plain SQL query over the rows of its inputs. */
import { identifier, literalList } from '../../server/src/duckdb/sql.ts';
import { type HostFile } from '../../server/src/pond/hostFile.ts';

interface ModelInput {
  /** SQL of its times, UTC TIMESTAMP. */
  readonly time: string;
  /** Prefix of the names of its columns. */
  readonly prefix: string;
  readonly files: readonly HostFile[];
  /** Names of the columns to reduce, in their order, each with its statistics. */
  readonly columns: readonly { readonly name: string; readonly statistics: readonly string[] }[];
}

/**
 * The query for an output whose buckets are `interval` long, in the syntax of DuckDB; at least one input with a file.
 */
export function modelSql(inputs: readonly ModelInput[], interval: string): string {
  const sources = inputs.map(({ prefix, files, columns, time }) => {
    const kept = columns.map(({ name }) => `, ${identifier(name)}::${typeOf(name)} AS ${identifier(prefix + name)}`);
    const paths = literalList(files.map(({ hostPath }) => hostPath));
    const source = `read_parquet(${paths}, union_by_name = true)`;
    return `SELECT ${time} AS t${kept.join('')} FROM ${source}`;
  });
  const rows = `(SELECT *, epoch_us(time_bucket(INTERVAL '${interval}', t)) AS bucket
    FROM (${sources.join(' UNION ALL BY NAME ')}) WHERE t IS NOT NULL)`;
  const columns = inputs.flatMap(({ prefix, columns: own }) =>
    own.map(({ name, statistics }) => ({
      column: identifier(prefix + name),
      isDouble: typeOf(name) === 'DOUBLE',
      statistics,
    })),
  );
  const rates = columns.filter(({ statistics }) => statistics.includes('rate')).map(({ column }) => column);
  const joins = rates.map((column, i) => ` LEFT JOIN (${rateSql(rows, column)}) r${i} USING (bucket)`);
  const selected = columns.flatMap(({ column, isDouble, statistics }) =>
    statistics.map((name) =>
      name === 'rate' ? `any_value(r${rates.indexOf(column)}.rate)` : statisticSql(name, column, isDouble),
    ),
  );
  return `SELECT ${['bucket', ...selected].join(', ')} FROM ${rows}${joins.join('')} GROUP BY bucket ORDER BY bucket`;
}

function statisticSql(name: string, column: string, isDouble: boolean): string {
  const inOrder = `(list(${column} ORDER BY t, ${column}) FILTER (${column} IS NOT NULL))`;
  const radians = `radians(${column}::DOUBLE)`;
  switch (name) {
    case 'sum':
      return isDouble ? `sum(${column})` : `sum(${column})::DECIMAL(38, 0)`;
    case 'first':
      return `${inOrder}[1]`;
    case 'last':
      return `${inOrder}[-1]`;
    case 'median':
      return `quantile_cont(${column}::DOUBLE, 0.5)`;
    case 'circular':
      return `(degrees(atan2(avg(sin(${radians})), avg(cos(${radians})))) + 360) % 360`;
    default:
      return name.startsWith('p') ? `quantile_cont(${column}::DOUBLE, 0.${name.slice(1)})` : `${name}(${column})`;
  }
}

/** The steps between the readings of a bucket, by the time between its first and its last. */
function rateSql(rows: string, column: string): string {
  const steps = `SELECT bucket, t, ${column} AS v, lag(${column}) OVER (PARTITION BY bucket ORDER BY t, ${column}) AS before
    FROM ${rows} WHERE ${column} IS NOT NULL`;
  return `SELECT bucket, CASE WHEN max(t) > min(t) THEN
      sum(CASE WHEN before IS NULL THEN 0 WHEN v >= before THEN v::DOUBLE - before::DOUBLE ELSE v::DOUBLE END)
      / ((epoch_us(max(t)) - epoch_us(min(t))) / 1e6) END AS rate
    FROM (${steps}) GROUP BY bucket`;
}

/** Booleans are reduced as 0 and 1. */
const typeOf = (name: string): string => (name === 'flag' ? 'INTEGER' : name === 'whole' ? 'BIGINT' : 'DOUBLE');
