import { type Connection } from '../duckdb/connection.ts';
import { analyze } from './analysis.ts';
import { type UserBuild } from './build.ts';
import { Sandbox, type SandboxSettings } from './sandbox.ts';
import { viewOf } from './sources.ts';

/**
 * Runs a person's query over its files, in a database of its own, and writes the Parquet file. Times are UTC there, so
 * that the machine's zone does not show in the result.
 */
export async function buildUser(
  { parser, settings }: { readonly parser: Connection; readonly settings: SandboxSettings },
  { sql, tables, target }: UserBuild,
  signal: AbortSignal,
): Promise<null> {
  await analyze(parser, sql);
  const files = tables.flatMap((table) => table.files);
  const spec = {
    files: [...files, { hostPath: target, pondPath: 'the result' }],
    tables: [],
    views: tables.map(viewOf),
    tablesKey: '',
  };
  const sandbox = await Sandbox.open(spec, { ...settings, timeZone: 'UTC' });
  const interrupt = () => sandbox.interrupt();
  signal.addEventListener('abort', interrupt);
  try {
    await sandbox.write(sql, target);
    return null;
  } finally {
    signal.removeEventListener('abort', interrupt);
    sandbox.close();
  }
}
