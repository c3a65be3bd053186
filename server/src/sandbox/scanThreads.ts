import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { cancelled, throwIfCancelled } from '../base/cancelled.ts';
import { modulePath } from '../base/childHost.ts';
import { isPondError } from '../base/error.ts';
import { mapLimit } from '../base/mapLimit.ts';
import { type PartSizes } from './fileParts.ts';

/** Threads that scan, this one included, at most. */
const threadsMax = Math.min(availableParallelism(), 8);

/** Parts of a file for as many threads. Smaller ones take less time than the start of a thread. */
export const partSizes: PartSizes = { partBytesMin: 32 * 1024 * 1024, partsMax: threadsMax };

/** How tasks are performed in this thread, and when they end. */
interface ThreadWork<T, R> {
  /** Undefined where there is no result. Fails `cancelled`. The other threads do the same by worker/scanThread.ts. */
  readonly own: (task: T, signal: AbortSignal) => Promise<R | undefined>;
  /** Ends the threads, and fails `cancelled`. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Returns the results of tasks in their order, performed in this thread and in others, which end with the last task.
 * Undefined when one of them has no result, which ends the others. A failure is thrown once none is performed.
 */
export async function inThreads<T, R>(
  tasks: readonly T[],
  { own, signal }: ThreadWork<T, R>,
): Promise<readonly R[] | undefined> {
  const count = Math.min(threadsMax, tasks.length);
  const threads = Array.from({ length: count - 1 }, () => new ScanThread<T, R>());
  const over = new AbortController();
  const idle = [(task: T) => own(task, over.signal), ...threads.map((thread) => (task: T) => thread.perform(task))];
  const end = (): void => {
    over.abort();
    for (const thread of threads) void thread.end();
  };
  signal?.addEventListener('abort', end);
  let hasAll = true;
  try {
    throwIfCancelled(signal, 'the query');
    return await mapLimit(tasks, count, async (task) => {
      throwIfCancelled(over.signal, 'the query');
      const perform = idle.pop()!;
      const result = await perform(task);
      idle.push(perform);
      if (result !== undefined) return result;
      hasAll = false;
      end();
      throw cancelled('the query');
    });
  } catch (error) {
    if (hasAll || signal?.aborted === true || !isPondError(error, 'cancelled')) throw error;
    return undefined;
  } finally {
    signal?.removeEventListener('abort', end);
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

/** A thread that performs one task at a time. */
class ScanThread<T, R> {
  readonly #worker: Worker;
  #task: { readonly resolve: (result: R | undefined) => void; readonly reject: (error: unknown) => void } | undefined;

  constructor() {
    const path = modulePath(import.meta.url, '../worker/scanThread.ts', './scanThread.mjs');
    this.#worker = new Worker(path, path.endsWith('.ts') ? { execArgv: ['--import', 'tsx'] } : {});
    this.#worker.on('message', (result: R | undefined) => this.#task?.resolve(result));
    this.#worker.on('error', (error) => this.#task?.reject(error));
    this.#worker.on('exit', () => this.#task?.reject(cancelled('the query')));
  }

  /** Performs a task. Fails with the thread's error, and `cancelled` when the thread was ended. */
  perform(task: T): Promise<R | undefined> {
    return new Promise((resolve, reject) => {
      this.#task = { resolve, reject };
      this.#worker.postMessage(task);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
