import { throwIfCancelled } from '../base/cancelled.ts';
import { type Connection } from '../duckdb/connection.ts';
import { openLockedDatabase } from '../duckdb/database.ts';
import { runError } from './redactHostPaths.ts';
import { type SandboxSettings } from './sandbox.ts';

/** A Parquet file that is written again. Paths are of the host. */
export interface ParquetRewriting {
  readonly file: string;
  /** Name of the file in errors. */
  readonly pondPath: string;
  readonly target: string;
  /** Number of threads; by default that of the settings. */
  readonly threads?: number;
}

/**
 * Calls `write` with a connection that has access to a Parquet file and to the one to write. Fails `invalid-content` for
 * damaged values, `cancelled`, and as `write`.
 */
export async function rewriteParquet(
  { openDisk: _, ...settings }: SandboxSettings,
  { file, pondPath, target, threads }: ParquetRewriting,
  write: (connection: Connection) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const hostPaths = [file, target];
  const { database, connection } = await openLockedDatabase({ ...settings, hostPaths, ...(threads && { threads }) });
  const stop = (): void => connection.interrupt();
  signal.addEventListener('abort', stop);
  try {
    throwIfCancelled(signal, 'the conversion');
    await write(connection);
  } catch (error) {
    throwIfCancelled(signal, 'the conversion');
    throw runError(error, '', [{ hostPath: file, pondPath }]);
  } finally {
    signal.removeEventListener('abort', stop);
    connection.close();
    database.close();
  }
}
