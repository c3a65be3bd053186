import { identifier, joinSql, literal, literalList, sql, type SqlText } from '../duckdb/sql.ts';

/** A file that a query reads whole. */
interface WholeFile {
  readonly hostPath: string;
  /** Absolute pond path, with the version if the name has one. */
  readonly pondPath: string;
  /** The same as it is shown. */
  readonly shownPath: string;
}

/**
 * The statement that creates the view of `read_text`, or of `read_blob`: for each file a row with `filename`, its shown
 * path, `content` and `size` in bytes. The time of the host file says nothing about the pond, so no column has it.
 */
export function wholeFilesSql(name: string, files: readonly WholeFile[], reader: 'text' | 'blob'): SqlText {
  const call = reader === 'text' ? sql`read_text` : sql`read_blob`;
  // Paths with equal content have one host file.
  const hostPaths = literalList([...new Set(files.map(({ hostPath }) => hostPath))]);
  const paths = files.map(({ hostPath, shownPath }) => sql`(${literal(hostPath)}, ${literal(shownPath)})`);
  return sql`CREATE TEMP VIEW ${identifier(name)} AS SELECT n.path AS filename, f.content, f.size
    FROM ${call}(${hostPaths}) AS f JOIN (VALUES ${joinSql(paths)}) AS n(host, path) ON f.filename = n.host`;
}
