import { openLockedDatabase } from '../../duckdb/database.ts';
import { literal, sql } from '../../duckdb/sql.ts';
import { isPondError } from '../../base/error.ts';
import { type SandboxSettings } from '../sandbox.ts';
import { type SourceFile } from '../sources.ts';
import { type TextScope } from './decoded.ts';
import { loadRows } from './loadRows.ts';
import { cachedScan } from './scanCache.ts';

/**
 * For each CSV file, true when DuckDB's reader cannot read its rows as they are, so that they are put into a table for
 * each query. False for a file with a fault, which its query reports.
 */
export async function areLoaded(scope: TextScope, files: readonly SourceFile[]): Promise<readonly boolean[]> {
  const found: boolean[] = [];
  for (const file of files) found.push(await isLoaded(scope, file));
  return found;
}

async function isLoaded(scope: TextScope, file: SourceFile): Promise<boolean> {
  try {
    const { isPlain, table } = await cachedScan(scope, file);
    return !isPlain && table.columns.length > 0;
  } catch (error) {
    if (!isPondError(error, 'invalid-content')) throw error;
    return false;
  }
}

/** Writes the rows of a CSV file, as text, to a new Parquet file. Fails as scanFile. */
export async function writeRowsFile(
  { openDisk, ...settings }: SandboxSettings,
  { file, target }: { readonly file: SourceFile; readonly target: string },
  signal: AbortSignal,
): Promise<void> {
  const { database, connection } = await openLockedDatabase({ ...settings, hostPaths: [file.hostPath, target] });
  try {
    const scope = { connect: () => Promise.resolve(connection), openDisk, signal };
    const table = 'rows';
    await loadRows(scope, { file, scan: await cachedScan(scope, file) }, { table, isShared: false });
    await connection.run(sql`COPY rows TO ${literal(target)} (FORMAT parquet)`);
  } finally {
    connection.close();
    database.close();
  }
}
