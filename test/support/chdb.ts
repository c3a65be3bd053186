import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { chdbMissing, findChdb } from '../../scripts/chdb.mjs';

const chdbModule = findChdb();

/**
 * Options of each test that uses chdb: skipped, with a reason that says how to run it, if chdb is not installed. In CI
 * no such test is skipped: without chdb it fails.
 */
export const needsChdb: { readonly skip: string | false } = {
  skip: chdbModule === undefined && process.env['CI'] === undefined ? chdbMissing : false,
};

/** One row in the JSON of chdb. */
export type ChdbRow = Readonly<Record<string, unknown>>;

/**
 * Runs SQL in chdb, which reads Delta tables with delta-kernel-rs, and returns its rows. In the SQL, `{table}` is the
 * table in the directory, an absolute path; `{table@3}` is its version 3. Rejects with chdb's message.
 */
export async function chdbQuery(tableDirectory: string, sql: string): Promise<readonly ChdbRow[]> {
  const [rows] = await chdbQueries(tableDirectory, [sql]);
  return rows ?? [];
}

/** As chdbQuery, for several statements in sequence in one process; rejects with the first failure. */
export async function chdbQueries(
  tableDirectory: string,
  statements: readonly string[],
): Promise<readonly (readonly ChdbRow[])[]> {
  if (chdbModule === undefined) throw new Error(chdbMissing);
  const input = JSON.stringify(statements.map((sql) => expand(sql, tableDirectory)));
  // A separate process: chdb opens only tables below its working directory, and holds them as long as it lives.
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', childScript, chdbModule, input], {
    cwd: dirname(tableDirectory),
    maxBuffer: 256 * 1024 * 1024,
  });
  const answer = JSON.parse(stdout) as { readonly results?: readonly string[]; readonly error?: string };
  if (answer.results === undefined) throw new Error(`chdb: ${answer.error}`);
  return answer.results.map(parseRows);
}

/** Appends the rows of a SELECT to the table, as another engine: one commit. Rejects with chdb's message. */
export async function chdbInsert(tableDirectory: string, select: string): Promise<void> {
  await chdbQuery(tableDirectory, `INSERT INTO FUNCTION {table} ${select}`);
}

const childScript = `
  const { query } = require(process.argv[1]);
  try {
    const results = JSON.parse(process.argv[2]).map((sql) => query(sql, 'JSONEachRow'));
    process.stdout.write(JSON.stringify({ results }));
  } catch (error) {
    process.stdout.write(JSON.stringify({ error: error.message }));
  }
`;

function expand(sql: string, tableDirectory: string): string {
  const source = `deltaLakeLocal('${tableDirectory.replaceAll("'", "\\'")}')`;
  const version = /\{table@(\d+)\}/.exec(sql)?.[1];
  // Snappy is the codec that every reader supports; chdb's default is zstd.
  const settings = ['allow_experimental_delta_lake_writes = 1', `output_format_parquet_compression_method = 'snappy'`];
  if (version !== undefined) settings.push(`delta_lake_snapshot_version = ${version}`);
  return `${sql.replaceAll(/\{table(@\d+)?\}/g, source)} SETTINGS ${settings.join(', ')}`;
}

function parseRows(text: string): readonly ChdbRow[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ChdbRow);
}
