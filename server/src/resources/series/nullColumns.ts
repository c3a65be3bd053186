import { identifier, joinSql, sql } from '../../duckdb/sql.ts';
import { type HostFile } from '../../pond/hostFile.ts';
import { type Job } from '../../base/job.ts';
import { type Materializer } from '../../materialize/materializer.ts';
import { readParquet } from './readParquet.ts';

/** Types that DuckDB infers for a column without values in a CSV or JSON file. */
const inferredTypes: ReadonlySet<string> = new Set(['VARCHAR', 'JSON']);

/** True for a type that a column may have only because it has no value. */
export function mayBeInferred(type: string): boolean {
  return inferredTypes.has(type);
}

/** Returns the columns, by name, that have no value in any of the Parquet files; at least one column. */
export async function nullColumns(
  files: readonly HostFile[],
  names: readonly string[],
  { builder }: Materializer,
  { signal }: Job,
): Promise<ReadonlySet<string>> {
  const hostPaths = files.map(({ hostPath }) => hostPath);
  const counts = joinSql(names.map((name) => sql`count(${identifier(name)})`));
  const statements = [sql`SELECT ${counts} FROM ${readParquet(hostPaths)}`];
  const [row = []] = await builder.run({ statements, reads: hostPaths }, signal);
  return new Set(names.filter((_, index) => Number(row[index]) === 0));
}
