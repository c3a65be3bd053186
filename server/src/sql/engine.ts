import { availableParallelism } from 'node:os';
import { isPondError, PondError } from '../base/error.ts';
import { LruCache } from '../base/lruCache.ts';
import { createMutex } from '../base/mutex.ts';
import { retry } from '../base/retry.ts';
import { type QueryLimits, queryLimits } from '../duckdb/limits.ts';
import { identifier, sql } from '../duckdb/sql.ts';
import { type Pond } from '../pond/types.ts';
import { type Analysis } from '../sandbox/analysis.ts';
import { type TextDescription } from '../sandbox/textTables/description.ts';
import { type OperationResult } from '../sandbox/messages.ts';
import {
  type FileFormat,
  type QueryParameter,
  type QueryRequest,
  type QueryResult,
  type RowWindow,
} from '../sandbox/types.ts';
import { RestartingWorker, type WorkerProcess } from '../sandbox/workerClient.ts';
import { type OpenDisk } from '../storage/disk.ts';
import { temporaryPathIn } from '../storage/durable.ts';
import { namedFile, writeNamedFile } from '../storage/namedFile.ts';
import { type HistoryTables, pondTables } from './history.ts';
import { type PreparedQuery, prepareQuery } from './prepare.ts';

export interface QueryEngineOptions {
  readonly openDisk: OpenDisk;
  /** Tables of the schema `pond`, in addition to those of the pond itself. */
  readonly historyTables?: HistoryTables;
  /** The worker's module; by default the one built next to this module. */
  readonly workerPath?: string;
  /** Limits that are not the default ones. */
  readonly limits?: Partial<QueryLimits>;
}

export interface FileTarget {
  readonly format: FileFormat;
  /** Absolute host path. */
  readonly file: string;
}

/** Rows of a finished query, which the process that ran it keeps. */
interface KeptResult {
  readonly worker: WorkerProcess;
  readonly result: number;
}

/**
 * Number of queries whose tables are cached: a query that is run again, after a commit or from a plot, is usually
 * recent.
 */
const analysesMax = 64;

/**
 * Runs SQL over ponds in a separate process, which starts on first use. Queries run one at a time, in the order in
 * which their inputs are ready; rows of finished queries can be fetched meanwhile. When the process dies, its results
 * are lost: its current call fails `engine-unavailable`, and the next query starts a new process.
 *
 * Errors of run and toFile: `query-invalid`, `query-forbidden`, `not-found`, `invalid-content` and the like with the
 * position in the SQL; `query-failed` while the query runs; `engine-unavailable`; `cancelled`.
 */
export class QueryEngine {
  readonly #openDisk: OpenDisk;
  readonly #historyTables: HistoryTables;
  readonly #worker: RestartingWorker;
  readonly #runs = createMutex();
  readonly #parses = createMutex();
  readonly #analyses = new LruCache<string, Analysis>({ max: analysesMax });
  readonly #results = new Map<string, KeptResult>();
  #lastResult = 0;

  /** Nothing starts before the first query. */
  constructor({ openDisk, historyTables, workerPath, limits }: QueryEngineOptions) {
    this.#openDisk = openDisk;
    this.#historyTables = { ...pondTables, ...historyTables };
    const { memoryBytesMax, ...onDisk } = { ...queryLimits({}), ...limits };
    this.#worker = new RestartingWorker({
      memoryLimitBytes: memoryBytesMax,
      ...onDisk,
      threads: availableParallelism(),
      ...(workerPath !== undefined && { workerPath }),
    });
  }

  /** Runs one query and keeps its rows until they are released. */
  async run(pond: Pond, request: QueryRequest, signal?: AbortSignal): Promise<QueryResult> {
    const started = performance.now();
    let ready: ReadyQuery | undefined = await this.#prepare(pond, request, signal);
    return await this.#runs.run(async () => {
      const attempt = async () => {
        // The process may have died during the wait, and with it the files that it had converted.
        const query = ready?.worker.isAlive === true ? ready : await this.#prepare(pond, request, signal);
        ready = undefined;
        return { worker: query.worker, ...(await runPrepared(query, signal)) };
      };
      // A derived or converted file is gone from the cache: build it again, once.
      const isTransient = (error: unknown): boolean => isPondError(error, 'storage-failed');
      const { worker, result, columns, rowCount } = await retry(attempt, { attempts: 2, isTransient });
      const resultId = `result-${(this.#lastResult += 1)}`;
      this.#results.set(resultId, { worker, result });
      return { resultId, columns, rowCount, elapsedMs: performance.now() - started };
    });
  }

  /** Describes how the CSV files at a path are read; empty files are left out. Fails as `run`. */
  async describeTexts(
    pond: Pond,
    path: string,
    version: string | undefined,
    signal?: AbortSignal,
  ): Promise<readonly TextDescription[]> {
    const request = { sql: sql`FROM ${identifier(path)}`, ...(version !== undefined && { at: version }) };
    const { worker, prepared } = await this.#prepare(pond, request, signal);
    const files = prepared.spec.views.flatMap((view) => ('source' in view ? view.source.files : []));
    return await worker.request('describeTexts', { files, settledBy: [] }, signal);
  }

  /** Rows from `start` (0-based), fewer than `count` at the end. Fails `query-failed` when the result was released. */
  async rows(resultId: string, start: number, count: number): Promise<RowWindow> {
    const { worker, result } = this.#find(resultId);
    return await worker.request('rows', { result, start, count });
  }

  /**
   * Bytes of a file with all rows, in chunks of at most 1 MiB. The process first writes a temporary file, which is
   * removed at the end.
   */
  async *content(resultId: string, format: FileFormat): AsyncIterable<Uint8Array> {
    const { worker, result } = this.#find(resultId);
    const disk = this.#openDisk(worker.directory);
    const temporary = temporaryPathIn('');
    try {
      const file = disk.hostPath(temporary) ?? temporary;
      await worker.request('copy', { result, format, file });
      yield* disk.readStream(temporary) ?? [];
    } finally {
      disk.remove(temporary);
    }
  }

  /** Releases a result. Does nothing for a released one. */
  async release(resultId: string): Promise<void> {
    const kept = this.#results.get(resultId);
    if (kept === undefined || !this.#results.delete(resultId) || !kept.worker.isAlive) return;
    await kept.worker.request('release', { result: kept.result });
  }

  /**
   * Runs one query and writes all its rows to a host file, as `writeNamedFile` does: links are followed, and a failure
   * leaves a regular file unchanged. Fails `invalid-path` for a stream of this process, which the caller has not named.
   */
  async toFile(
    pond: Pond,
    request: QueryRequest,
    { file, format }: FileTarget,
    signal?: AbortSignal,
  ): Promise<{ readonly rowCount: number; readonly elapsedMs: number }> {
    const started = performance.now();
    const target = namedFile(file);
    if (target.kind === 'descriptor') throw foreignStream(file);
    const { resultId, rowCount } = await this.run(pond, request, signal);
    try {
      const { worker, result } = this.#find(resultId);
      const copy = (temporary: string) => worker.request('copy', { result, format, file: temporary }, signal);
      await writeNamedFile(target, copy, signal);
      return { rowCount, elapsedMs: performance.now() - started };
    } finally {
      await this.release(resultId);
    }
  }

  /** ID of the query process, for logs; undefined while none runs. */
  processId(): number | undefined {
    return this.#worker.pid;
  }

  /** Ends the process, if it runs, and waits for its exit. Calls in progress fail. */
  async close(): Promise<void> {
    this.#results.clear();
    await this.#worker.close();
  }

  /** Prepares the inputs of a query, which may be derived first and take long: other queries run meanwhile. */
  async #prepare(pond: Pond, request: QueryRequest, signal: AbortSignal | undefined): Promise<ReadyQuery> {
    const worker = this.#worker.live();
    const analysis = await this.#parses.run(() => this.#analyze(worker, request.sql, signal));
    const scope = { worker, pond, openDisk: this.#openDisk, historyTables: this.#historyTables, signal };
    const { parameters = [] } = request;
    return {
      worker,
      prepared: await prepareQuery(scope, analysis, request),
      statement: analysis.statement,
      parameters,
    };
  }

  async #analyze(worker: WorkerProcess, sql: string, signal: AbortSignal | undefined): Promise<Analysis> {
    return this.#analyses.get(sql) ?? this.#analyses.set(sql, await worker.request('analyze', { sql }, signal));
  }

  #find(resultId: string): KeptResult {
    const kept = this.#results.get(resultId);
    const hint = 'Run the query again.';
    if (kept === undefined) throw new PondError('query-failed', 'the result was released', { hint });
    if (kept.worker.isAlive) return kept;
    throw new PondError('engine-unavailable', 'the rows went with the query process', { hint });
  }
}

interface ReadyQuery {
  readonly worker: WorkerProcess;
  readonly prepared: PreparedQuery;
  readonly statement: Analysis['statement'];
  readonly parameters: readonly QueryParameter[];
}

async function runPrepared(
  { worker, prepared: { spec, tables }, statement, parameters }: ReadyQuery,
  signal: AbortSignal | undefined,
): Promise<OperationResult<'run'>> {
  if (tables.length > 0) await worker.request('open', { spec }, signal);
  for (const table of tables) {
    for await (const columns of table.batches()) {
      // Each batch is answered before the next is read, so at most one is in flight.
      await worker.request('append', { table: table.spec, columns }, signal);
    }
  }
  return worker.request('run', { spec, statement, parameters }, signal);
}

function foreignStream(file: string): PondError {
  return new PondError('invalid-path', `expected a file at ${file}, got an open file of the calling process`, {
    path: file,
    hint: 'Write to another file and copy it there.',
  });
}
