import { identifier } from '../../duckdb/sql.ts';
import { type HostFile } from '../../pond/types.ts';
import { parquetReading, readSql } from '../../sandbox/formats.ts';
import { type Job } from '../../base/job.ts';
import { type Materializer } from '../../materialize/materializer.ts';

/** Types that DuckDB infers for a column without values in a CSV or JSON file. */
const untold: ReadonlySet<string> = new Set(['VARCHAR', 'JSON']);

/** True for a type that a column may have only because it has no value. */
export function isUntold(type: string): boolean {
  return untold.has(type);
}

/** Returns the columns, by name, that have no value in any of the Parquet files; at least one column. */
export async function nullColumns(
  files: readonly HostFile[],
  names: readonly string[],
  { builder }: Materializer,
  { signal }: Job,
): Promise<ReadonlySet<string>> {
  const hostPaths = files.map(({ hostPath }) => hostPath);
  const source = readSql(parquetReading, hostPaths);
  const counts = names.map((name) => `count(${identifier(name)})`).join(', ');
  const [row = []] = await builder.run({ statements: [`SELECT ${counts} FROM (${source})`], reads: hostPaths }, signal);
  return new Set(names.filter((_, index) => Number(row[index]) === 0));
}
