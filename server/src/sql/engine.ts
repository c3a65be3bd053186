import { availableParallelism } from 'node:os';
import { isPondError, PondError } from '../base/error.ts';
import { LruCache } from '../base/lruCache.ts';
import { createMutex } from '../base/mutex.ts';
import { retry } from '../base/retry.ts';
import { type QueryLimits, queryLimits } from '../duckdb/limits.ts';
import { identifier, literal, sql } from '../duckdb/sql.ts';
import { type Pond } from '../pond/types.ts';
import { type Analysis } from '../sandbox/analysis.ts';
import { type TextDescription } from '../sandbox/textTables/description.ts';
import { type SourceFile } from '../sandbox/sources.ts';
import { type QueryChain, type QueryRequest } from '../sandbox/types.ts';
import { type ResultFormat, type QueryResult, type RowWindow } from '../protocol/results.ts';
import { type ReportRows } from '../sandbox/messages.ts';
import { RestartingWorker, type WorkerProcess } from '../sandbox/workerClient.ts';
import { type OpenDisk } from '../storage/disk.ts';
import { temporaryPathIn } from '../storage/durable.ts';
import { namedFile, writeNamedFile } from '../storage/namedFile.ts';
import { isPassingFailure, UnchangedFiles } from '../storage/unchangedFiles.ts';
import { type HistoryTables, pondTables } from './history.ts';
import { type BegunQuery, type KeptResult } from './keptResult.ts';
import { prepareQuery, type QuerySources, type ShownPaths, storedPaths } from './prepare.ts';
import { foreignStream, inputPaths, type ReadyQuery, runPrepared, tableFiles } from './readyQuery.ts';

export interface QueryEngineOptions {
  readonly openDisk: OpenDisk;
  /** Tables of the schema `pond`, in addition to those of the pond itself. */
  readonly historyTables?: HistoryTables;
  /** Paths as the column `filename` shows them; as they are by default. */
  readonly shownPaths?: ShownPaths;
  /** The worker's module; by default the one built next to this module. */
  readonly workerPath?: string;
  /** Limits that are not the default ones. */
  readonly limits?: Partial<QueryLimits>;
}

export interface FileTarget {
  readonly format: ResultFormat;
  /** Absolute host path. */
  readonly file: string;
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
  readonly #sources: QuerySources;
  readonly #worker: RestartingWorker;
  readonly #runs = createMutex();
  readonly #parses = createMutex();
  readonly #analyses = new LruCache<string, Analysis>({ max: analysesMax });
  readonly #results = new Map<string, KeptResult>();
  /** Results whose rows are not all kept yet. */
  readonly #fills = new Map<string, AbortController>();
  #lastResult = 0;

  /** Nothing starts before the first query. */
  constructor({ openDisk, historyTables, shownPaths = storedPaths, workerPath, limits }: QueryEngineOptions) {
    this.#sources = { openDisk, historyTables: { ...pondTables, ...historyTables }, shownPaths };
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
    const ready = await this.#prepare(pond, request, signal);
    return await this.#runs.run(async () => {
      const work = (query: ReadyQuery) => runPrepared(query, 'run', signal);
      const { query, done } = await this.#attempt({ pond, request, ready }, work, signal);
      const { result, columns, rowCount } = done;
      return { resultId: this.keep(query.worker, result), columns, rowCount, elapsedMs: performance.now() - started };
    });
  }

  /**
   * Runs one query, and those that follow it, and returns once its first rows are kept; `rowCount` is undefined while
   * the others are. A failure after the first rows is that of each call that needs all of them.
   */
  async begin(pond: Pond, request: QueryChain, signal: AbortSignal | undefined): Promise<BegunQuery> {
    const started = performance.now();
    const ready = await this.#prepare(pond, request, signal);
    return await new Promise<BegunQuery>((resolve, reject) => {
      const running = this.#runs.run(async () => {
        const work = (query: ReadyQuery) => runPrepared(query, 'begin', signal);
        const { query, done } = await this.#attempt({ pond, request, ready }, work, signal);
        const { result, columns, rowCount } = done;
        const resultId = this.keep(query.worker, result);
        resolve({ resultId, columns, rowCount, elapsedMs: performance.now() - started });
        if (rowCount === undefined) await this.#finish(resultId, result, query);
      });
      running.catch(reject);
    });
  }

  /** Registers a result of the process, and returns its name. */
  keep(worker: WorkerProcess, result: number): string {
    const resultId = `result-${(this.#lastResult += 1)}`;
    this.#results.set(resultId, { worker, result });
    return resultId;
  }

  /**
   * Runs work on the files of the table at a path of a version, undefined when it is not a table of files. A file that
   * is gone from the cache is built again, once. Fails as `run`.
   */
  async onFiles<T>(
    pond: Pond,
    { path, at }: { readonly path: string; readonly at?: string },
    work: (worker: WorkerProcess, files: readonly SourceFile[] | undefined) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const request = { sql: sql`SELECT * FROM ${identifier(path)}`, ...(at !== undefined && { at }) };
    const ready = await this.#prepare(pond, request, signal);
    const onFiles = (query: ReadyQuery) => work(query.worker, tableFiles(query));
    return (await this.#attempt({ pond, request, ready }, onFiles, signal)).done;
  }

  /** Absolute paths of the files of the pond that a query reads, each once. Fails as `run`. */
  async inputs(pond: Pond, request: QueryRequest, signal: AbortSignal | undefined): Promise<readonly string[]> {
    const { prepared } = await this.#prepare(pond, request, signal);
    return inputPaths(prepared);
  }

  /** Runs work on a result of the process that keeps it. Fails `query-failed` when it was released. */
  async onResult<T>(resultId: string, work: (kept: KeptResult) => Promise<T>): Promise<T> {
    return await work(this.#find(resultId));
  }

  /**
   * Describes how the CSV files at a path are read, with `isStated` of any extension; without empty files. Fails as
   * `run`.
   */
  async describeTexts(
    pond: Pond,
    { path, isStated = false }: { readonly path: string; readonly isStated?: boolean },
    version: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<readonly TextDescription[]> {
    const table = isStated ? sql`read_csv(${literal(path)})` : identifier(path);
    const request = { sql: sql`FROM ${table}`, ...(version !== undefined && { at: version }) };
    const { worker, prepared } = await this.#prepare(pond, request, signal);
    const files = prepared.spec.views.flatMap((view) => ('source' in view ? view.source.files : []));
    return await worker.request('describeTexts', { files }, signal);
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
  async *content(
    resultId: string,
    format: ResultFormat,
    signal?: AbortSignal,
    report?: ReportRows,
  ): AsyncIterable<Uint8Array> {
    const { worker, result } = this.#find(resultId);
    const disk = this.#sources.openDisk(worker.directory);
    const temporary = temporaryPathIn('');
    try {
      const file = disk.hostPath(temporary) ?? temporary;
      await worker.request('copy', { result, format, file }, signal, { report });
      yield* disk.readStream(temporary) ?? [];
    } finally {
      disk.remove(temporary);
    }
  }

  /** Releases a result. Does nothing for a released one. */
  async release(resultId: string): Promise<void> {
    this.#fills.get(resultId)?.abort();
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
      await this.copy(resultId, { file, format }, signal);
      return { rowCount, elapsedMs: performance.now() - started };
    } finally {
      await this.release(resultId);
    }
  }

  /** Writes all rows of a result to a host file, as `toFile`; `report` gets those that are written. */
  async copy(
    resultId: string,
    { file, format }: FileTarget,
    signal: AbortSignal | undefined,
    report?: ReportRows,
  ): Promise<void> {
    const target = namedFile(file);
    if (target.kind === 'descriptor') throw foreignStream(file);
    const { worker, result } = this.#find(resultId);
    const copy = (temporary: string) => worker.request('copy', { result, format, file: temporary }, signal, { report });
    await writeNamedFile(target, copy, signal);
  }

  /** ID of the query process, for logs; undefined while none runs. */
  processId(): number | undefined {
    return this.#worker.pid;
  }

  /** Ends the process, if it runs, and waits for its exit. Calls in progress, and later ones, fail. */
  async close(): Promise<void> {
    this.#results.clear();
    await this.#worker.close();
  }

  /** Prepares the inputs of a query, which may be derived first and take long: other queries run meanwhile. */
  async #prepare(pond: Pond, request: QueryChain, signal: AbortSignal | undefined): Promise<ReadyQuery> {
    const worker = this.#worker.live();
    const analysis = await this.#parses.run(() => this.#analyze(worker, request.sql, signal));
    const prepared = await prepareQuery({ worker, pond, ...this.#sources, signal }, analysis, request);
    const { parameters = [], following = [] } = request;
    return { worker, prepared, statement: analysis.statement, parameters, following };
  }

  /** Runs work on a prepared query; once more when a derived or converted file is gone from the cache, or a file changed. */
  async #attempt<T>(
    { pond, request, ready }: { readonly pond: Pond; readonly request: QueryChain; readonly ready: ReadyQuery },
    work: (query: ReadyQuery) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly query: ReadyQuery; readonly done: T }> {
    let next: ReadyQuery | undefined = ready;
    const attempt = async () => {
      // The process may have died during the wait, and with it the files that it had converted.
      const query = next?.worker.isAlive === true ? next : await this.#prepare(pond, request, signal);
      next = undefined;
      return { query, done: await work(query) };
    };
    return await retry(attempt, { attempts: 2, isTransient: isPassingFailure });
  }

  /** Waits until all rows of a begun result are kept, or it is released. */
  async #finish(resultId: string, result: number, { worker, prepared }: ReadyQuery): Promise<void> {
    const filling = new AbortController();
    this.#fills.set(resultId, filling);
    try {
      await worker.request('finish', { result }, filling.signal, { files: new UnchangedFiles(prepared.spec.files) });
    } catch (error) {
      const isKept = this.#results.has(resultId);
      if (isKept && isPondError(error, 'content-changed'))
        this.#results.set(resultId, { worker, result, failure: error });
      throw error;
    } finally {
      this.#fills.delete(resultId);
    }
  }

  async #analyze(worker: WorkerProcess, sql: string, signal: AbortSignal | undefined): Promise<Analysis> {
    return this.#analyses.get(sql) ?? this.#analyses.set(sql, await worker.request('analyze', { sql }, signal));
  }

  #find(resultId: string): KeptResult {
    const kept = this.#results.get(resultId);
    const hint = 'Run the query again.';
    if (kept === undefined) throw new PondError('query-failed', 'the result was released', { hint });
    if (kept.failure !== undefined) throw kept.failure;
    if (kept.worker.isAlive) return kept;
    throw new PondError('engine-unavailable', 'the rows went with the query process', { hint });
  }
}
