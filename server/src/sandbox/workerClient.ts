import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cancelled } from '../base/cancelled.ts';
import { PondError } from '../base/error.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../storage/temporaryDirectory.ts';
import { type BuildLimits } from './buildLimits.ts';
import {
  type FromWorker,
  type OperationName,
  type OperationParams,
  type OperationResult,
  type ToWorker,
} from './messages.ts';

export interface WorkerOptions {
  /** The worker's module; by default the one built next to this module, or its TypeScript when run from source. */
  readonly workerPath?: string;
  readonly memoryLimitBytes: number;
  readonly threads: number;
  readonly buildLimits?: BuildLimits;
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: PondError): void;
}

/** Time in which a cancelled request has to stop by itself, milliseconds. */
const stopTimeMs = 2000;
/** Characters of the worker's final standard error output that are kept for an error. */
const lastWordsMax = 2000;

/** Environment variables passed to the worker: those a process needs to start, and no secrets of the user. */
const environmentNames = [
  'PATH',
  'HOME',
  'USERPROFILE',
  'TMPDIR',
  'TEMP',
  'TMP',
  'LANG',
  'LC_ALL',
  'TZ',
  'SystemRoot',
  'LD_LIBRARY_PATH',
  'ELECTRON_RUN_AS_NODE',
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
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #lastWords = '';
  #death: PondError | undefined;

  constructor(options: WorkerOptions) {
    const temporary = makeTemporaryDirectory('duckpond-query');
    this.directory = temporary.path;
    const path = options.workerPath ?? defaultWorkerPath();
    this.#child = fork(path, [this.directory], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: path.endsWith('.ts') ? ['--import', 'tsx'] : [],
      env: Object.fromEntries(environmentNames.flatMap((name) => pick(name))),
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-lastWordsMax);
    });
    this.#child.on('message', (message: FromWorker) => this.#receive(message));
    this.exited = this.#watchEnd(temporary);
    const { memoryLimitBytes, threads, buildLimits } = options;
    const limits = { memoryLimitBytes, threads, ...(buildLimits && { buildLimits }) };
    this.#send({ kind: 'settings', settings: { ...limits, spillDirectory: this.directory } });
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
   * Requests an operation. Fails with the worker's error, `engine-unavailable` when the process dies, or `cancelled`
   * soon after the signal: a process that does not stop its work is killed.
   */
  async request<N extends OperationName>(
    name: N,
    params: OperationParams<N>,
    signal?: AbortSignal,
  ): Promise<OperationResult<N>> {
    if (isAborted(signal)) throw cancelled('the query');
    if (this.#death !== undefined) throw this.#death;
    const id = (this.#lastId += 1);
    const answered = new Promise<unknown>((resolve, reject) => this.#pending.set(id, { resolve, reject }));
    let timer: NodeJS.Timeout | undefined;
    const cancel = () => {
      this.#send({ kind: 'cancel', id });
      timer = setTimeout(() => this.#child.kill('SIGKILL'), stopTimeMs);
    };
    signal?.addEventListener('abort', cancel);
    this.#send({ kind: 'request', id, name, params });
    try {
      return (await answered) as OperationResult<N>;
    } catch (error) {
      throw isAborted(signal) ? cancelled('the query') : error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Ends the process and waits for its exit; its work is aborted, and the files that it was writing are removed. */
  async close(): Promise<void> {
    this.#death ??= new PondError('engine-unavailable', 'the query engine was closed');
    // Not by disconnecting: Node emits no 'close' for a child after its parent disconnects.
    this.#child.kill();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), stopTimeMs);
    await this.exited;
    clearTimeout(timer);
  }

  #send(message: ToWorker): void {
    // A message that cannot be sent has no process to receive it; the process's end rejects pending requests.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #receive(message: FromWorker): void {
    // Messages after the end are ignored: the end rejects all pending requests.
    if (this.#death !== undefined) return;
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if ('error' in message) pending?.reject(PondError.fromPlain(message.error) ?? unexpectedAnswer());
    else pending?.resolve(message.result);
  }

  #watchEnd(temporary: TemporaryDirectory): Promise<void> {
    return new Promise((resolve) => {
      const end = (error: PondError) => {
        this.#death ??= error;
        for (const pending of this.#pending.values()) pending.reject(this.#death);
        this.#pending.clear();
        temporary.remove();
        resolve();
      };
      this.#child.once('error', (error) => {
        if (this.#child.pid === undefined) end(startError(error));
      });
      // 'close' comes after 'exit', when all output has been read.
      this.#child.once('close', (code, killedBy) => end(deathError(code, killedBy, this.#lastWords)));
    });
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function unexpectedAnswer(): PondError {
  return new PondError('engine-unavailable', 'the query process sent a malformed error');
}

function startError(cause: Error): PondError {
  return new PondError('engine-unavailable', `the query process could not be started: ${cause.message}`, { cause });
}

function deathError(code: number | null, killedBy: NodeJS.Signals | null, lastWords: string): PondError {
  const how = killedBy === null ? `ended with status ${code}` : `was ended by ${killedBy}`;
  const lines = lastWords.split('\n').filter((line) => /\S/.test(line));
  const words = lines.find((line) => /Error|terminate|fatal/i.test(line)) ?? lines.at(-1) ?? '';
  return new PondError('engine-unavailable', `the query process ${how}${words === '' ? '' : `: ${words.trim()}`}`, {
    hint:
      killedBy === 'SIGKILL'
        ? 'The system may have run out of memory. Lower the memory limit of queries; the next query starts a new process.'
        : 'The next query starts a new process.',
  });
}

function pick(name: string): readonly (readonly [string, string])[] {
  const value = process.env[name];
  return value === undefined ? [] : [[name, value]];
}

function defaultWorkerPath(): string {
  const worker = import.meta.url.endsWith('.ts') ? '../worker/worker.ts' : './queryWorker.mjs';
  return fileURLToPath(new URL(worker, import.meta.url));
}
