import { assert } from '../base/assert.ts';
import { PondError } from '../base/error.ts';
import { type Connection } from '../duckdb/connection.ts';
import { type Database, openDatabase } from '../duckdb/database.ts';
import { literal } from '../duckdb/sql.ts';
import { analyze } from './analysis.ts';
import { defaultLimits } from './buildLimits.ts';
import { ownError } from './hostNames.ts';
import { inspectFiles } from './inspectFiles.ts';
import { type OperationName, type WorkerOperations, type WorkerSettings } from './messages.ts';
import { plainRow, type PlainValue } from './plainValue.ts';
import { createSlots } from './slots.ts';
import { type BuildTools, buildUser } from './userBuild.ts';
import { createWorkplaces } from './workplaces.ts';

/** What a worker does for a Builder. */
export type BuildOperations = Pick<WorkerOperations, Extract<OperationName, 'buildUser' | 'statements' | 'inspect'>>;

/**
 * How many requests run at once. Node has four threads for what blocks; one that waits for a thread could not be
 * interrupted, and one is left over for what is short.
 */
const sideBySideMax = 3;

/** How many of them may be SQL of people, which has a database each: two and the one of our own share the memory. */
const userBuildsMax = 2;

/** Opens the database that statements of our own run in, each request on a connection of its own. */
export async function createBuildOperations(settings: WorkerSettings): Promise<BuildOperations> {
  const { memoryLimitBytes, threads, spillDirectory } = settings;
  const own = await openDatabase({
    memoryLimitBytes: memoryLimitBytes / (userBuildsMax + 1),
    threads,
    spillDirectory: `${spillDirectory}/statements`,
  });
  const limits = settings.buildLimits ?? defaultLimits;
  const workplaces = createWorkplaces(`${spillDirectory}/builds`, userBuildsMax);
  const inSlot = createSlots(sideBySideMax);
  const inUserSlot = createSlots(userBuildsMax);

  function perform<T>(signal: AbortSignal, work: (connection: Connection) => Promise<T>): Promise<T> {
    return inSlot(() => withConnection(own, signal, work), signal);
  }

  const toolsFor = (signal: AbortSignal): BuildTools => ({
    analyze: (sql) => withConnection(own, signal, (parser) => analyze(parser, sql.text, sql.isInputReader)),
    database: own,
    directory: `${spillDirectory}/arrow`,
    workplaces,
    limits,
    sandbox: { memoryLimitBytes: memoryLimitBytes / (userBuildsMax + 1), threads },
  });

  return {
    buildUser: ({ build }, signal) =>
      inUserSlot(() => inSlot(() => buildUser(toolsFor(signal), build, signal), signal), signal),
    statements: ({ statements }, signal) =>
      perform(signal, (connection) => ownSql(statements, () => runStatements(connection, statements, signal))),
    inspect: ({ hostPaths }, signal) =>
      perform(signal, (connection) => ownSql(hostPaths.map(literal), () => inspectFiles(connection, hostPaths))),
  };
}

async function runStatements(
  connection: Connection,
  statements: readonly string[],
  signal: AbortSignal,
): Promise<readonly (readonly PlainValue[])[]> {
  const last = statements.at(-1);
  assert(last !== undefined, () => 'there is a statement to run');
  for (const statement of statements.slice(0, -1)) {
    await connection.run(statement);
    // An interrupt between two statements meets none of them.
    if (signal.aborted) throw new PondError('cancelled', 'the query was cancelled');
  }
  return (await connection.rows(last)).map(plainRow);
}

async function withConnection<T>(
  database: Database,
  signal: AbortSignal,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await database.connect();
  const interrupt = () => connection.interrupt();
  signal.addEventListener('abort', interrupt);
  try {
    // Listeners hear nothing of a signal that was aborted before they came.
    if (signal.aborted) throw new PondError('cancelled', 'the query was cancelled');
    await connection.run("SET errors_as_json = true; SET TimeZone = 'UTC'");
    return await work(connection);
  } finally {
    signal.removeEventListener('abort', interrupt);
    connection.close();
  }
}

async function ownSql<T>(statements: readonly string[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw ownError(error, statements);
  }
}
