import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { assert } from '../base/assert.ts';
import { PondError } from '../base/error.ts';
import { type Connection } from '../duckdb/connection.ts';
import { openLockedDatabase } from '../duckdb/database.ts';
import { type Analysis, analyze } from '../sandbox/analysis.ts';
import { defaultLimits } from '../sandbox/buildLimits.ts';
import { ownError } from '../sandbox/redactHostPaths.ts';
import { type InputSql } from '../build/inputSql.ts';
import { inspectFiles } from '../build/inspectFiles.ts';
import { type OperationName, type WorkerOperations, type WorkerSettings } from '../sandbox/messages.ts';
import { plainRow, type PlainValue } from '../sandbox/plainValue.ts';
import { createSemaphore } from '../base/semaphore.ts';
import { type BuildTools, buildUser } from '../build/userBuild.ts';
import { createBuildSlots } from '../build/buildSlots.ts';

/** Operations of a worker for a Builder. */
export type BuildOperations = Pick<WorkerOperations, Extract<OperationName, 'buildUser' | 'statements' | 'inspect'>>;

/**
 * Maximum number of concurrent requests. Node has four threads for blocking work: a request that waits for a thread
 * could not be interrupted, and one thread stays free for short work. They share the memory.
 */
const sideBySideMax = 3;

/** Maximum number of them that run user SQL. */
const userBuildsMax = 2;

/** Returns the operations. Each request has its own database, which is locked to its files. */
export async function createBuildOperations(settings: WorkerSettings): Promise<BuildOperations> {
  const { memoryLimitBytes, threads, spillDirectory } = settings;
  const shared = { memoryLimitBytes: memoryLimitBytes / sideBySideMax, threads };
  const limits = settings.buildLimits ?? defaultLimits;
  const workplaces = createBuildSlots(`${spillDirectory}/builds`, userBuildsMax);
  const inSlot = createSemaphore(sideBySideMax);
  const inUserSlot = createSemaphore(userBuildsMax);
  const parser = await openLockedDatabase({ threads: 1, hostPaths: [] });

  /** Databases that spill into the same directory would take each other's files for their own. */
  const spilling = () => ({ ...shared, spillDirectory: join(spillDirectory, randomUUID()) });

  function perform<T>(
    hostPaths: readonly string[],
    signal: AbortSignal,
    work: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    return inSlot(async () => {
      const { database, connection } = await openLockedDatabase({ ...spilling(), hostPaths });
      try {
        return await interruptible(connection, signal, () => work(connection));
      } catch (error) {
        throw ownError(error, hostPaths);
      } finally {
        connection.close();
        database.close();
      }
    }, signal);
  }

  async function analyzed(sql: InputSql, signal: AbortSignal): Promise<Analysis> {
    const connection = await parser.database.connect();
    try {
      return await interruptible(connection, signal, () => analyze(connection, sql.text, sql.isInputReader));
    } finally {
      connection.close();
    }
  }

  const toolsFor = (signal: AbortSignal): BuildTools => ({
    analyze: (sql) => analyzed(sql, signal),
    conversion: spilling(),
    directory: `${spillDirectory}/arrow`,
    workplaces,
    limits,
    sandbox: shared,
  });

  return {
    buildUser: ({ build }, signal) =>
      inUserSlot(() => inSlot(() => buildUser(toolsFor(signal), build, signal), signal), signal),
    statements: ({ sql: { statements, reads = [], writes = [] } }, signal) =>
      perform([...reads, ...writes], signal, (connection) => runStatements(connection, statements, signal)),
    inspect: ({ hostPaths }, signal) => perform(hostPaths, signal, (connection) => inspectFiles(connection, hostPaths)),
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
    // An interrupt between two statements reaches neither.
    if (signal.aborted) throw new PondError('cancelled', 'the query was cancelled');
  }
  return (await connection.rows(last)).map(plainRow);
}

async function interruptible<T>(connection: Connection, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const interrupt = () => connection.interrupt();
  signal.addEventListener('abort', interrupt);
  try {
    // A listener is not called for a signal that was aborted before it was added.
    if (signal.aborted) throw new PondError('cancelled', 'the query was cancelled');
    return await work();
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}
