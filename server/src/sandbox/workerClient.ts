import { cancelled, throwIfCancelled } from '../base/cancelled.ts';
import { type ChildEnd, ChildHost, modulePath } from '../base/childHost.ts';
import { isPondError, PondError } from '../base/error.ts';
import { makeProcessFolder } from '../storage/processFolder.ts';
import { UnchangedFiles } from '../storage/unchangedFiles.ts';
import {
  type FromWorker,
  type OperationName,
  type OperationParams,
  type OperationResult,
  type ReportRows,
  type ToWorker,
  type WorkerSettings,
} from './messages.ts';
import { filesOfOperation } from './operationFiles.ts';

interface WorkerOptions extends Omit<WorkerSettings, 'spillDirectory'> {
  /** The worker's module; by default the one built next to this module, or its TypeScript when run from source. */
  readonly workerPath?: string;
}

/** `files`: those that the operation reads, by default those of its params. */
interface RequestOptions {
  readonly report?: ReportRows | undefined;
  readonly files?: UnchangedFiles;
}

interface PendingRequest {
  resolve(result: unknown): void;
  reject(error: PondError): void;
  readonly report: ReportRows | undefined;
}

/** Time in which a cancelled request has to stop by itself, milliseconds. */
const stopTimeMs = 2000;

/** Characters of the worker's standard error output that an error may come from. */
const lastWordsMax = 2000;

/** For the language and the time zone of messages, and for a native module outside the system's folders. */
const environmentNames = [
  ...['USERPROFILE', 'LANG', 'LC_ALL', 'TZ', 'LD_LIBRARY_PATH'],
  // Where the user's cache folder is.
  ...['POND_CACHE_DIR', 'XDG_CACHE_HOME', 'LOCALAPPDATA'],
];

/**
 * One query process, from its start to its end. The results of a process end with it; the next WorkerProcess is a new
 * process.
 *
 * Invariants: each request is answered or rejected once; after `exited` resolves, nothing of the process remains,
 * including its spilled files.
 */
export class WorkerProcess {
  /** Resolves when the process has ended for any reason. */
  readonly exited: Promise<void>;
  /** Directory in which the process may write files; removed when it ends. */
  readonly directory: string;
  readonly #child: ChildHost;
  readonly #pending = new Map<number, PendingRequest>();
  #lastId = 0;
  /** Number of requests whose files are still to be looked at again. */
  #unverified = 0;
  /** The reason that no request is accepted any more. */
  #death: PondError | undefined;

  constructor(options: WorkerOptions) {
    const { workerPath, ...settings } = options;
    const temporary = makeProcessFolder();
    this.directory = temporary.path;
    const path = workerPath ?? modulePath(import.meta.url, '../worker/worker.ts', './queryWorker.mjs');
    this.#child = new ChildHost({ path, args: [this.directory], environmentNames, lastWordsMax }, (message) =>
      this.#receive(message as FromWorker),
    );
    this.exited = this.#child.ended.then((end) => {
      this.#rejectAll(deathError(end));
      temporary.remove();
    });
    this.#send({ kind: 'settings', settings: { ...settings, spillDirectory: this.directory } });
  }

  /** False once the process ended or began to end. */
  get isAlive(): boolean {
    return this.#death === undefined;
  }

  /** Process ID while it runs; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Requests an operation. Fails with the worker's error, `engine-unavailable` when the process dies, `cancelled` soon
   * after the signal: a process that does not stop its work is killed. Fails `content-changed` when one of the files that
   * it read, by default those of its params, was changed after its content was compared. Then the process ends, with all
   * that it found in them. `report` gets the rows that are done now and then, from operations that count them.
   */
  async request<N extends OperationName>(
    name: N,
    params: OperationParams<N>,
    signal?: AbortSignal,
    { report, files = new UnchangedFiles(filesOfOperation(name, params)) }: RequestOptions = {},
  ): Promise<OperationResult<N>> {
    this.#unverified += 1;
    try {
      return await this.#answer(name, params, signal, report);
    } finally {
      await this.#requireUnchanged(files);
    }
  }

  /**
   * Requests an operation, so that a later request finds its result, on files whose contents are compared meanwhile:
   * `compared` is fulfilled when they are as expected. Otherwise the process ends, with all that it found in them, and this
   * fails with the reason; a cancelled operation found nothing. Fails as `request`.
   */
  async requestAhead<N extends OperationName>(
    name: N,
    params: OperationParams<N>,
    compared: Promise<void>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    this.#unverified += 1;
    let hasFound = true;
    try {
      await this.#answer(name, params, signal, undefined);
    } catch (error) {
      hasFound = !isPondError(error, 'cancelled');
      throw error;
    } finally {
      await this.#requireCompared(name, params, hasFound ? compared : Promise.resolve());
    }
  }

  async #requireCompared<N extends OperationName>(
    name: N,
    params: OperationParams<N>,
    compared: Promise<void>,
  ): Promise<void> {
    const isCompared = await compared.then(
      () => true,
      () => false,
    );
    if (!isCompared) this.#endUnsound();
    await this.#requireUnchanged(new UnchangedFiles(filesOfOperation(name, params)));
  }

  /** Lets the process save what it found, once no request remains that may have read other files than those compared. */
  async #requireUnchanged(files: UnchangedFiles): Promise<void> {
    try {
      await files.requireUnchanged();
    } catch (error) {
      if (isPondError(error, 'content-changed')) this.#endUnsound();
      throw error;
    } finally {
      this.#unverified -= 1;
    }
    if (this.#unverified === 0 && this.isAlive) this.#send({ kind: 'save' });
  }

  /** Ends the process, with all that it found in files of other contents than expected. */
  #endUnsound(): void {
    this.#death ??= new PondError('engine-unavailable', 'the query process was ended: a file that it read was changed');
    this.#child.kill();
  }

  async #answer<N extends OperationName>(
    name: N,
    params: OperationParams<N>,
    signal: AbortSignal | undefined,
    report: ReportRows | undefined,
  ): Promise<OperationResult<N>> {
    throwIfCancelled(signal, 'the query');
    if (this.#death !== undefined) throw this.#death;
    const id = (this.#lastId += 1);
    const answered = new Promise<unknown>((resolve, reject) => this.#pending.set(id, { resolve, reject, report }));
    let timer: NodeJS.Timeout | undefined;
    const cancel = () => {
      this.#send({ kind: 'cancel', id });
      timer = setTimeout(() => this.#child.kill(), stopTimeMs);
    };
    signal?.addEventListener('abort', cancel);
    this.#send({ kind: 'request', id, name, params });
    try {
      return (await answered) as OperationResult<N>;
    } catch (error) {
      throw signal?.aborted === true ? cancelled('the query') : error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Ends the process and waits for its exit; its work is aborted, and the files that it was writing are removed. */
  async close(): Promise<void> {
    this.#death ??= closedError();
    await this.#child.close(stopTimeMs);
    await this.exited;
  }

  #send(message: ToWorker): void {
    this.#child.send(message);
  }

  #receive(message: FromWorker): void {
    // Messages after the end are ignored: the end rejects all pending requests.
    if (this.#death !== undefined) return;
    if ('ending' in message) return this.#rejectAll(PondError.fromPlain(message.ending) ?? unexpectedAnswer());
    const pending = this.#pending.get(message.id);
    if ('progress' in message) return pending?.report?.(message.progress.done, message.progress.total);
    this.#pending.delete(message.id);
    if ('error' in message) pending?.reject(PondError.fromPlain(message.error) ?? unexpectedAnswer());
    else pending?.resolve(message.result);
  }

  #rejectAll(error: PondError): void {
    this.#death ??= error;
    for (const pending of this.#pending.values()) pending.reject(this.#death);
    this.#pending.clear();
  }
}

/** A query process that is started when it is needed, and again after its end, until this is closed. */
export class RestartingWorker {
  readonly #options: WorkerOptions;
  #current: WorkerProcess | undefined;
  #isClosed = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** The running process, or a new one. Fails `engine-unavailable` once this is closed. */
  live(): WorkerProcess {
    if (this.#isClosed) throw closedError();
    if (this.#current?.isAlive !== true) this.#current = new WorkerProcess(this.#options);
    return this.#current;
  }

  /** ID of the running process; undefined without one. */
  get pid(): number | undefined {
    return this.#current?.isAlive === true ? this.#current.pid : undefined;
  }

  /** Ends the process, if it runs, and waits for its exit. The next request starts another. */
  async stop(): Promise<void> {
    await this.#current?.close();
  }

  /** Stops the process for good: work that continues in the background would start another, which nothing ends. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.stop();
  }
}

function closedError(): PondError {
  return new PondError('engine-unavailable', 'the query engine was closed');
}

function unexpectedAnswer(): PondError {
  return new PondError('engine-unavailable', 'the query process sent a malformed error');
}

function deathError({ code, killedBy, lastWords, failure }: ChildEnd): PondError {
  if (failure !== undefined) {
    const message = `the query process could not be started: ${failure.message}`;
    return new PondError('engine-unavailable', message, { cause: failure });
  }
  if (killedBy === 'SIGFPE') {
    const message = 'the query process was ended by SIGFPE: a row that it groups, sorts or joins is wider than 256 KiB';
    const hint = 'Group, sort or join fewer columns at a time. The next query starts a new process.';
    return new PondError('query-failed', message, { hint });
  }
  const end = killedBy === null ? `ended with status ${code}` : `was ended by ${killedBy}`;
  const lines = lastWords.split('\n').filter((line) => /\S/.test(line));
  const words = lines.find((line) => /Error|terminate|fatal/i.test(line)) ?? lines.at(-1) ?? '';
  return new PondError('engine-unavailable', `the query process ${end}${words === '' ? '' : `: ${words.trim()}`}`, {
    hint:
      killedBy === 'SIGKILL'
        ? 'The system may have run out of memory. Lower the memory limit of queries; the next query starts a new process.'
        : 'The next query starts a new process.',
  });
}
