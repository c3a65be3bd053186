import { identifier, joinSql, literal, literalList, sql, type SqlText } from '../../duckdb/sql.ts';

/** Returns the SQL for Parquet files as one table, columns matched by name; at least one file. */
export function readParquet(hostPaths: readonly string[], ...options: readonly SqlText[]): SqlText {
  // Set only for several files: this option makes DuckDB inspect a file twice.
  const union = hostPaths.length > 1 ? [sql`union_by_name = true`] : [];
  return sql`read_parquet(${joinSql([literalList(hostPaths), ...union, ...options])})`;
}

/** Returns the statement that writes the rows of a query to a Parquet file, with texts by name in its metadata. */
export function writeParquet(query: SqlText, target: string, metadata: Readonly<Record<string, string>> = {}): SqlText {
  const texts = Object.entries(metadata).map(([name, text]) => sql`${identifier(name)}: ${literal(text)}`);
  const options = texts.length === 0 ? sql`` : sql`, KV_METADATA {${joinSql(texts)}}`;
  return sql`COPY (${query}) TO ${literal(target)} (FORMAT parquet${options})`;
}
