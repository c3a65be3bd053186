import { availableParallelism, totalmem } from 'node:os';
import { isPondError, PondError } from '../base/error.ts';
import { type Pond } from '../pond/types.ts';
import { temporaryPathIn } from '../storage/durable.ts';
import { openHostDisk } from '../storage/hostDisk.ts';
import { namedFile, writeNamedFile } from '../storage/namedFile.ts';
import { type Analysis } from '../sandbox/analysis.ts';
import { type OperationResult } from '../sandbox/messages.ts';
import { type PreparedQuery, prepareQuery } from './prepare.ts';
import { createMutex } from '../base/mutex.ts';
import {
  type FileFormat,
  type QueryRequest,
  type QueryResult,
  type RowWindow,
  type TextFormat,
} from '../sandbox/types.ts';
import { WorkerProcess } from '../sandbox/workerClient.ts';

export interface QueryEngineOptions {
  /** The worker's module; by default the one built next to this module. */
  readonly workerPath?: string;
  /**
   * Bytes that queries and their results may hold in memory before they spill; by default a quarter of the machine's
   * memory.
   */
  readonly memoryLimitBytes?: number;
}

/**
 * Runs SQL over ponds in a separate process, which starts on first use. Queries run one at a time, in the order in
 * which their inputs are ready; rows of finished queries can be fetched meanwhile. When the process dies, its results
 * are lost: its current call fails `engine-unavailable`, and the next query starts a new process.
 *
 * Errors of run and toFile: `query-invalid`, `query-forbidden`, `not-found`, `invalid-content` and the like with the
 * position in the SQL; `query-failed` while the query runs; `engine-unavailable`; `cancelled`.
 */
export interface QueryEngine {
  /** Runs one query and keeps its rows until they are released. */
  run(pond: Pond, request: QueryRequest, signal?: AbortSignal): Promise<QueryResult>;
  /** Rows from `start` (0-based), fewer than `count` at the end. Fails `query-failed` when the result was released. */
  rows(resultId: string, start: number, count: number): Promise<RowWindow>;
  /**
   * All rows as text, in chunks of whole lines of about 1 MB: CSV with a header line, or JSON objects, one per line.
   * The process first writes them to a temporary file, which is removed at the end.
   */
  text(resultId: string, format: TextFormat): AsyncIterable<string>;
  /** Releases a result. Does nothing for a released one. */
  release(resultId: string): Promise<void>;
  /**
   * Runs one query and writes all its rows to a host file, as `writeNamedFile` does: links are followed, and a failure
   * leaves a regular file unchanged. Fails `invalid-path` for a stream of this process, which the caller has not named.
   */
  toFile(
    pond: Pond,
    request: QueryRequest,
    target: FileTarget,
    signal?: AbortSignal,
  ): Promise<{ readonly rowCount: number; readonly elapsedMs: number }>;
  /** ID of the query process, for logs; undefined while none runs. */
  processId(): number | undefined;
  /** Ends the process, if it runs, and waits for its exit. Calls in progress fail. */
  close(): Promise<void>;
}

export interface FileTarget {
  readonly format: FileFormat;
  /** Absolute host path. */
  readonly file: string;
}

interface KeptResult {
  readonly worker: WorkerProcess;
  readonly result: number;
}

/**
 * Number of queries whose tables are cached: a query that is run again, after a commit or from a plot, is usually
 * recent.
 */
const analysesMax = 64;

/** Returns an engine. Nothing starts before the first query. */
export function createQueryEngine(options: QueryEngineOptions = {}): QueryEngine {
  const memoryLimitBytes = options.memoryLimitBytes ?? Math.floor(totalmem() / 4);
  const { workerPath } = options;
  const inOrder = createMutex().run;
  const analyzeInOrder = createMutex().run;
  const analyses = createResultCache(analysesMax);
  const results = new Map<string, KeptResult>();
  let worker: WorkerProcess | undefined;
  let lastResult = 0;

  function liveWorker(): WorkerProcess {
    if (worker?.isAlive !== true) {
      const threads = availableParallelism();
      worker = new WorkerProcess({ memoryLimitBytes, threads, ...(workerPath === undefined ? {} : { workerPath }) });
    }
    return worker;
  }

  async function run(pond: Pond, request: QueryRequest, signal?: AbortSignal): Promise<QueryResult> {
    const started = performance.now();
    let ready = await prepare(pond, request, signal);
    return inOrder(async () => {
      // The process may have died during the wait, and with it the files that it had converted.
      if (!ready.worker.isAlive) ready = await prepare(pond, request, signal);
      const { result, columns, rowCount } = await runPrepared(ready, signal).catch(async (error: unknown) => {
        if (!isPondError(error, 'storage-failed')) throw error;
        // A derived or converted file is gone from the cache: build it again, once.
        ready = await prepare(pond, request, signal);
        return runPrepared(ready, signal);
      });
      const { worker: current } = ready;
      const resultId = `result-${(lastResult += 1)}`;
      results.set(resultId, { worker: current, result });
      return { resultId, columns, rowCount, elapsedMs: performance.now() - started };
    });
  }

  /** Prepares the inputs of a query, which may be derived first and take long: other queries run meanwhile. */
  async function prepare(pond: Pond, request: QueryRequest, signal: AbortSignal | undefined): Promise<ReadyQuery> {
    const current = liveWorker();
    const analysis = await analyzeInOrder(() =>
      analyses(request.sql, (sql) => current.request('analyze', { sql }, signal)),
    );
    const prepared = await prepareQuery({ worker: current, pond, signal }, analysis, request);
    return { worker: current, prepared, statement: analysis.statement };
  }

  async function rows(resultId: string, start: number, count: number): Promise<RowWindow> {
    const { worker: owner, result } = kept(resultId);
    return owner.request('rows', { result, start, count });
  }

  async function* text(resultId: string, format: TextFormat): AsyncIterable<string> {
    const { worker: owner, result } = kept(resultId);
    const disk = openHostDisk(owner.directory);
    const temporary = temporaryPathIn('');
    try {
      const file = disk.hostPath(temporary) ?? temporary;
      await owner.request('copy', { result, format: format === 'json' ? 'jsonLines' : format, file });
      yield* wholeLines(disk.readStream(temporary) ?? []);
    } finally {
      disk.remove(temporary);
    }
  }

  async function release(resultId: string): Promise<void> {
    const found = results.get(resultId);
    if (found === undefined || !results.delete(resultId) || !found.worker.isAlive) return;
    await found.worker.request('release', { result: found.result });
  }

  async function toFile(pond: Pond, request: QueryRequest, target: FileTarget, signal?: AbortSignal) {
    const started = performance.now();
    const file = namedFile(target.file);
    if (file.kind === 'descriptor') throw foreignStream(target.file);
    const { resultId, rowCount } = await run(pond, request, signal);
    try {
      const { worker, result } = kept(resultId);
      const copy = (temporary: string) =>
        worker.request('copy', { result, format: target.format, file: temporary }, signal);
      await writeNamedFile(file, copy, signal);
      return { rowCount, elapsedMs: performance.now() - started };
    } finally {
      await release(resultId);
    }
  }

  function kept(resultId: string): KeptResult {
    const found = results.get(resultId);
    const hint = 'Run the query again.';
    if (found === undefined) throw new PondError('query-failed', 'the result was released', { hint });
    if (!found.worker.isAlive)
      throw new PondError('engine-unavailable', 'the rows went with the query process', { hint });
    return found;
  }

  return Object.freeze<QueryEngine>({
    run,
    rows,
    text,
    release,
    toFile,
    processId: () => (worker?.isAlive === true ? worker.pid : undefined),
    close: async () => {
      results.clear();
      await worker?.close();
    },
  });
}

/** Returns the cached result of `make` for a text; evicts the oldest beyond `max`. Failures are not cached. */
function createResultCache(max: number) {
  const made = new Map<string, Analysis>();
  return async (sql: string, make: (sql: string) => Promise<Analysis>): Promise<Analysis> => {
    const analysis = made.get(sql) ?? (await make(sql));
    made.set(sql, analysis);
    const [oldest] = made.keys();
    if (made.size > max && oldest !== undefined) made.delete(oldest);
    return analysis;
  };
}

interface ReadyQuery {
  readonly worker: WorkerProcess;
  readonly prepared: PreparedQuery;
  readonly statement: Analysis['statement'];
}

async function runPrepared(
  { worker, prepared: { spec, tables }, statement }: ReadyQuery,
  signal: AbortSignal | undefined,
): Promise<OperationResult<'run'>> {
  if (tables.length > 0) await worker.request('open', { spec }, signal);
  for (const table of tables) {
    for await (const columns of table.batches()) {
      // Each batch is answered before the next is read, so at most one is in flight.
      await worker.request('append', { table: table.spec, columns }, signal);
    }
  }
  return worker.request('run', { spec, statement }, signal);
}

function foreignStream(file: string): PondError {
  return new PondError('invalid-path', `expected a file at ${file}, got an open file of the process that asks`, {
    path: file,
    hint: 'write to another file and copy it there',
  });
}

/** UTF-8 as text, in chunks that end at line ends. */
async function* wholeLines(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let begun = '';
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    const end = text.lastIndexOf('\n') + 1;
    if (end > 0) yield begun + text.slice(0, end);
    begun = end > 0 ? text.slice(end) : begun + text;
  }
  if (begun !== '') yield begun;
}
