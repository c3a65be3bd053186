/**
 * The query process: DuckDB, user SQL and its rows. It ends when its parent goes away, and then removes the directory
 * that its argument names.
 */
import { tmpdir } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { assert } from '../base/assert.ts';
import { cancelled, throwIfCancelled } from '../base/cancelled.ts';
import { type PondError } from '../base/error.ts';
import { lazy } from '../base/lazy.ts';
import { queryError } from '../duckdb/engineError.ts';
import { openHostDisk } from '../storage/hostDisk.ts';
import { removeTemporaryDirectory } from '../storage/temporaryDirectory.ts';
import {
  type WorkerAnswer,
  type FromWorker,
  type OperationName,
  type OperationParams,
  type OperationResult,
  type ReportRows,
  type ToWorker,
  type WorkerOperations,
  type WorkerSettings,
} from '../sandbox/messages.ts';
import { saveFound } from '../sandbox/savedTexts.ts';
import { watchMemory } from './memoryWatch.ts';
import { createOperations } from './workerOperations.ts';

// V8 compiles a function a second time, for speed, once it has run for this many bytes of its code: about eight times as
// many as by default. With the default, the compiler takes longer for the first scan of a text than the scan does.
setFlagsFromString('--interrupt-budget=1000000');

/** The directory of this process, and its current one: paths that SQL could see are relative, and say nothing. */
const directory = process.argv[2] ?? '';
process.chdir(directory);

const running = new Map<number, AbortController>();
let settings: WorkerSettings | undefined;
let isLeaving = false;
/** Ends the watch over the memory, which lasts while anything runs. */
let unwatch: (() => void) | undefined;

const loadOperations = lazy((): WorkerOperations => {
  assert(settings !== undefined, () => 'settings come first');
  return createOperations(settings, openHostDisk);
});

/** Milliseconds between two reports of the progress of a request. */
const reportMs = 200;

/** Milliseconds that work has to stop before the process ends regardless; less than the client's wait on closing it. */
const stopTimeMs = 1500;

process.on('disconnect', leave);
process.on('SIGTERM', leave);
// A terminal sends it to the parent as well, which decides what ends.
process.on('SIGINT', () => undefined);
// A parent that disconnects while this process starts does so before any listener exists.
if (!process.connected) leave();
process.on('message', (message: ToWorker) => {
  if (message.kind === 'settings') settings = { ...message.settings, spillDirectory: '.' };
  else if (message.kind === 'cancel') running.get(message.id)?.abort();
  else if (message.kind === 'save') saveFound();
  else void answer(message.id, message.name, message.params);
});

/** Stops running work, so that it removes the files that it was writing, and ends. */
function leave(): void {
  if (isLeaving) return;
  isLeaving = true;
  for (const controller of running.values()) controller.abort();
  if (running.size === 0) end();
  else setTimeout(end, stopTimeMs);
}

/** A killed parent cannot remove the files that this process spilled. */
function end(): void {
  // Windows does not remove the current directory of a process.
  if (process.platform === 'win32') process.chdir(tmpdir());
  removeTemporaryDirectory(directory);
  // An ordinary exit waits for the query in another thread; nothing here needs an orderly end.
  process.kill(process.pid, 'SIGKILL');
}

/** Ends with an error of all that runs: the process does not know which request has the memory. */
function endWith(error: PondError): void {
  isLeaving = true;
  running.clear();
  process.send?.({ ending: error.toPlain() } satisfies FromWorker, end);
}

async function answer(id: number, name: OperationName, params: unknown): Promise<void> {
  const controller = new AbortController();
  if (isLeaving) controller.abort();
  running.set(id, controller);
  unwatch ??= settings && watchMemory(settings.memoryLimitBytes, endWith);
  const reply = await resultOf(id, name, params, controller.signal);
  // The process is about to end.
  if (!running.delete(id)) return;
  send(reply);
  if (running.size > 0) return;
  unwatch?.();
  unwatch = undefined;
  if (isLeaving) end();
}

async function resultOf(id: number, name: OperationName, params: unknown, signal: AbortSignal): Promise<WorkerAnswer> {
  try {
    return { id, result: await perform(name, params, signal, reporter(id)) };
  } catch (error) {
    // An interrupt reaches any work of the database, with varying messages.
    return { id, error: signal.aborted ? cancelled('the query').toPlain() : queryError(error, '').toPlain() };
  }
}

async function perform<N extends OperationName>(
  name: N,
  params: unknown,
  signal: AbortSignal,
  report: ReportRows,
): Promise<OperationResult<N>> {
  const operations = loadOperations();
  throwIfCancelled(signal, 'the query');
  return operations[name](params as OperationParams<N>, signal, report);
}

/** Returns a function that reports the progress of a request, now and then. */
function reporter(id: number): ReportRows {
  let next = 0;
  return (done, total) => {
    if (performance.now() < next) return;
    next = performance.now() + reportMs;
    send({ id, progress: { done, ...(total !== undefined && { total }) } });
  };
}

function send(message: WorkerAnswer): void {
  // Without a parent there is no receiver, and the disconnect ends the process.
  if (process.connected) process.send?.(message);
}
