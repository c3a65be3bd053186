/** The expected output of Reduce as one plain SQL query over the files of its inputs. */
import { identifier, literalList } from '../../server/src/duckdb/sql.ts';
import { type HostFile } from '../../server/src/pond/hostFile.ts';

export interface ModelInput {
  /** SQL of its times, UTC TIMESTAMP. */
  readonly time: string;
  /** Prefix of the names of its columns. */
  readonly prefix: string;
  readonly files: readonly HostFile[];
  /** Names of the columns to reduce, in their order. */
  readonly columns: readonly string[];
}

/**
 * The query for an output whose buckets are `interval` long, in the syntax of DuckDB; at least one input with a file.
 */
export function modelSql(inputs: readonly ModelInput[], interval: string): string {
  const sources = inputs.map(({ prefix, files, columns, time }) => {
    const kept = columns.map((name) => `, ${identifier(name)}::${typeOf(name)} AS ${identifier(prefix + name)}`);
    const paths = literalList(files.map(({ hostPath }) => hostPath));
    const source = `read_parquet(${paths}, union_by_name = true)`;
    return `SELECT ${time} AS t${kept.join('')} FROM ${source}`;
  });
  const names = inputs.flatMap(({ prefix, columns }) => columns.map((name) => identifier(prefix + name)));
  const statistics = names.flatMap((name) => [`avg(${name})`, `min(${name})`, `max(${name})`]);
  return `SELECT ${[`epoch_us(time_bucket(INTERVAL '${interval}', t)) AS bucket`, ...statistics].join(', ')}
    FROM (${sources.join(' UNION ALL BY NAME ')}) WHERE t IS NOT NULL GROUP BY bucket ORDER BY bucket`;
}

/** Booleans are reduced as 0 and 1. */
const typeOf = (name: string): string => (name === 'flag' ? 'INTEGER' : name === 'whole' ? 'BIGINT' : 'DOUBLE');
