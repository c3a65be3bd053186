import { join } from 'node:path';
import { assert } from '../base/assert.ts';
import { throwIfCancelled } from '../base/cancelled.ts';
import { lazyAsync } from '../base/lazy.ts';
import { createSemaphore } from '../base/semaphore.ts';
import { BuildSlots } from '../build/buildSlots.ts';
import { type InputSql } from '../build/inputSql.ts';
import { inspectFiles } from '../build/inspectFiles.ts';
import { StatementPool, type StatementRequest, type StatementScope } from '../build/statementPool.ts';
import { type BuildTools, buildUser } from '../build/userBuild.ts';
import { type Connection } from '../duckdb/connection.ts';
import { openLockedDatabase } from '../duckdb/database.ts';
import { type Analysis, analyze } from '../sandbox/analysis.ts';
import { defaultLimits } from '../sandbox/buildLimits.ts';
import {
  type OperationName,
  type OperationParams,
  type OperationResult,
  type WorkerOperations,
  type WorkerSettings,
} from '../sandbox/messages.ts';
import { plainRow, type PlainValue } from '../sandbox/plainValue.ts';
import { type FileFacts } from '../sandbox/build.ts';
import { type SourceFile } from '../sandbox/sources.ts';
import { type TextScope } from '../sandbox/textTables/decoded.ts';
import { fileNotations } from '../sandbox/textTables/fileNotations.ts';
import { tableRuns } from '../sandbox/textTables/tableRuns.ts';
import { type OpenDisk } from '../storage/disk.ts';
import { type SqlText } from '../duckdb/sql.ts';

/**
 * Maximum number of concurrent requests. Node has four threads for blocking work: a request that waits for a thread
 * could not be interrupted, and one thread stays free for short work. They share the memory.
 */
const requestsMax = 3;

/** Maximum number of them that run user SQL. */
const userBuildsMax = 2;

type Rows = readonly (readonly PlainValue[])[];

/** Operations of a worker for a Builder. Each database is locked to the files of the request that it serves. */
export class BuildOperations implements Pick<
  WorkerOperations,
  Extract<OperationName, 'buildUser' | 'statements' | 'notations' | 'tableRuns' | 'inspect'>
> {
  readonly #parser = lazyAsync(() => openLockedDatabase({ threads: 1, hostPaths: [] }));
  readonly #pool: StatementPool;
  readonly #tools: Omit<BuildTools, 'analyze'>;
  readonly #inSlot = createSemaphore(requestsMax);
  readonly #inUserSlot = createSemaphore(userBuildsMax);

  /** `databaseRequestsMax` as in StatementPoolOptions. */
  constructor(
    { memoryLimitBytes, threads, spillDirectory, buildLimits }: WorkerSettings,
    openDisk: OpenDisk,
    databaseRequestsMax?: number,
  ) {
    const settings = { memoryLimitBytes: memoryLimitBytes / requestsMax, threads };
    this.#pool = new StatementPool({
      directory: join(spillDirectory, 'statements'),
      settings,
      openDisk,
      ...(databaseRequestsMax !== undefined && { requestsMax: databaseRequestsMax }),
    });
    this.#tools = {
      directory: join(spillDirectory, 'arrow'),
      slots: new BuildSlots({ directory: join(spillDirectory, 'builds'), countMax: userBuildsMax, openDisk }),
      limits: buildLimits ?? defaultLimits,
      settings: { ...settings, openDisk },
    };
  }

  async buildUser({ build }: OperationParams<'buildUser'>, signal: AbortSignal): Promise<null> {
    const tools = { ...this.#tools, analyze: (sql: InputSql) => this.#analyze(sql, signal) };
    return await this.#inUserSlot(() => this.#inSlot(() => buildUser(tools, build, signal), signal), signal);
  }

  async statements({ sql }: OperationParams<'statements'>, signal: AbortSignal): Promise<Rows> {
    const { reads = [], writes = [], isOrdered = false } = sql;
    const statements = sql.statements.map(receivedSql);
    return await this.#perform({ statements, reads, writes, isOrdered }, signal, (scope) =>
      runStatements(scope, statements, signal),
    );
  }

  async notations({ files }: OperationParams<'notations'>, signal: AbortSignal): Promise<OperationResult<'notations'>> {
    return await this.#scan(files, signal, (scope, named) => fileNotations(scope, named));
  }

  async tableRuns(
    { files, notation }: OperationParams<'tableRuns'>,
    signal: AbortSignal,
  ): Promise<OperationResult<'tableRuns'>> {
    return await this.#scan(files, signal, (scope, named) => tableRuns(scope, named, notation));
  }

  /** Does work that reads the bytes of text files, with a database only where one of them needs it. */
  #scan<T>(
    files: readonly SourceFile[],
    signal: AbortSignal,
    work: (scope: TextScope, named: readonly SourceFile[]) => Promise<T>,
  ): Promise<T> {
    const { openDisk } = this.#tools.settings;
    if (!files.some(isUnpackedByDatabase)) {
      return this.#inSlot(() => work({ connect: noDatabase, openDisk, signal }, files), signal);
    }
    const reads = files.map(({ hostPath }) => hostPath);
    return this.#perform({ statements: [], reads, writes: [] }, signal, ({ connection, pathOf }) => {
      const named = files.map((file) => ({ ...file, hostPath: pathOf(file.hostPath) }));
      return work({ connect: () => Promise.resolve(connection), openDisk, signal }, named);
    });
  }

  async inspect({ hostPaths }: OperationParams<'inspect'>, signal: AbortSignal): Promise<FileFacts> {
    return await this.#perform({ statements: [], reads: hostPaths, writes: [] }, signal, ({ connection, pathOf }) =>
      inspectFiles(connection, hostPaths.map(pathOf)),
    );
  }

  #perform<T>(request: StatementRequest, signal: AbortSignal, work: (scope: StatementScope) => Promise<T>): Promise<T> {
    const run = () => this.#pool.use(request, (scope) => interruptible(scope.connection, signal, () => work(scope)));
    return this.#inSlot(run, signal);
  }

  async #analyze(sql: InputSql, signal: AbortSignal): Promise<Analysis> {
    const connection = await (await this.#parser()).database.connect();
    try {
      return await interruptible(connection, signal, () => analyze(connection, sql.text, sql.isInputReader));
    } finally {
      connection.close();
    }
  }
}

/** Only zstd is unpacked by a database. */
const isUnpackedByDatabase = ({ reading }: SourceFile): boolean => reading.compression === 'zstd';

function noDatabase(): Promise<never> {
  return Promise.reject(new Error('assertion failed: no file of the scan is unpacked by a database'));
}

/** A statement that this program generated in the parent process. */
function receivedSql(statement: string): SqlText {
  return statement as SqlText;
}

async function runStatements(
  { connection, localize, restore }: StatementScope,
  statements: readonly SqlText[],
  signal: AbortSignal,
): Promise<Rows> {
  const last = statements.at(-1);
  assert(last !== undefined, () => 'there is a statement to run');
  for (const statement of statements.slice(0, -1)) {
    await connection.run(localize(statement));
    // An interrupt between two statements reaches neither.
    throwIfCancelled(signal, 'the query');
  }
  return (await connection.rows(localize(last))).map((row) => plainRow(row).map(restore));
}

async function interruptible<T>(connection: Connection, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const interrupt = () => connection.interrupt();
  signal.addEventListener('abort', interrupt);
  try {
    // A listener is not called for a signal that was aborted before it was added.
    throwIfCancelled(signal, 'the query');
    return await work();
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}
