import { type ChildProcess, spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
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

/** As chdbQuery, for several statements in sequence; rejects with the first failure. */
export async function chdbQueries(
  tableDirectory: string,
  statements: readonly string[],
): Promise<readonly (readonly ChdbRow[])[]> {
  const answer = await ask(statements.map((sql) => expand(sql, tableDirectory)));
  if (answer.results === undefined) throw new Error(`chdb: ${answer.error}`);
  return answer.results.map(parseRows);
}

/** Appends the rows of a SELECT to the table, as another engine: one commit. Rejects with chdb's message. */
export async function chdbInsert(tableDirectory: string, select: string): Promise<void> {
  await chdbQuery(tableDirectory, `INSERT INTO FUNCTION {table} ${select}`);
}

interface Answer {
  readonly results?: readonly string[];
  readonly error?: string;
}

/** The requests of the process that wait for their answers, which come in the same order. */
const waiting: ((answer: Answer) => void)[] = [];

/** The process of chdb, whose start takes thirty times as long as a statement. It reads a table again for each. */
let running: ChildProcess | undefined;

function ask(statements: readonly string[]): Promise<Answer> {
  const child = (running ??= start());
  keepAlive(child, true);
  return new Promise((resolve) => {
    waiting.push(resolve);
    child.send(statements);
  });
}

function start(): ChildProcess {
  if (chdbModule === undefined) throw new Error(chdbMissing);
  const child = spawn(process.execPath, ['-e', childScript, chdbModule], {
    // chdb opens only tables below its working directory.
    cwd: realpathSync(tmpdir()),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.on('message', (answer) => {
    waiting.shift()?.(answer as Answer);
    keepAlive(child, waiting.length > 0);
  });
  child.once('exit', (code, signal) => {
    running = undefined;
    for (const answer of waiting.splice(0)) answer({ error: `its process ended with ${signal ?? code}` });
  });
  return child;
}

/** Sets whether the process keeps that of the tests alive. It ends with it. */
function keepAlive(child: ChildProcess, isKept: boolean): void {
  for (const handle of [child, child.channel]) {
    if (isKept) handle?.ref();
    else handle?.unref();
  }
}

const childScript = `
  const { query } = require(process.argv[1]);
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.on('message', (statements) => {
    try {
      process.send({ results: statements.map((sql) => query(sql, 'JSONEachRow')) });
    } catch (error) {
      process.send({ error: error.message });
    }
  });
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
