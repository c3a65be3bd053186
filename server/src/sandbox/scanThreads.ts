import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { cancelled, throwIfCancelled } from '../base/cancelled.ts';
import { modulePath } from '../base/childHost.ts';
import { mapLimit } from '../base/mapLimit.ts';
import { type PartSizes } from './fileParts.ts';

/** Threads that scan, this one included, at most. */
const threadsMax = Math.min(availableParallelism(), 8);

/** Parts of a file for as many threads. A smaller one is scanned in the time that a thread takes to start and to compile. */
export const partSizes: PartSizes = { partBytesMin: 256 * 1024 * 1024, partsMax: threadsMax };

/** Functions that perform tasks in this thread, and their end. */
interface ThreadWork<T, R> {
  /** Undefined where there is no result. Fails `cancelled`. The other threads do the same by worker/scanThread.ts. */
  readonly own: (task: T, signal: AbortSignal) => Promise<R | undefined>;
  /** True for a result after which none counts; without it, all count. */
  readonly isLast?: (result: R) => boolean;
  /** Ends the threads, and fails `cancelled`. */
  readonly signal: AbortSignal | undefined;
}

/** Performs one task at a time. */
interface Performer<T, R> {
  /** Fails `cancelled` once it was ended. */
  readonly perform: (task: T) => Promise<R | undefined>;
  readonly end: () => Promise<void>;
}

/**
 * Returns the results of tasks in their order, up to the last that counts, performed in this thread and in others, which
 * end with the last task. Undefined when one of them has no result. Tasks whose results do not count are ended. A failure
 * is thrown once none is performed.
 */
export async function inThreads<T, R>(
  tasks: readonly T[],
  { own, isLast, signal }: ThreadWork<T, R>,
): Promise<readonly R[] | undefined> {
  const count = Math.min(threadsMax, tasks.length);
  const others = Array.from({ length: count - 1 }, () => new ScanThread<T, R>());
  const performers: readonly Performer<T, R>[] = [thisThread(own), ...others];
  const idle = [...performers];
  const performing = new Map<number, Performer<T, R>>();
  // Number of tasks whose results count; tasks begin in their order, so that one after an ended one never begins.
  let counted = tasks.length;
  const countTo = (end: number): void => {
    counted = Math.min(counted, end);
    for (const [index, performer] of performing) if (index >= counted) void performer.end();
  };
  const cancel = (): void => countTo(0);
  signal?.addEventListener('abort', cancel);
  try {
    throwIfCancelled(signal, 'the query');
    const results = await mapLimit([...tasks.entries()], count, async ([index, task]) => {
      if (index >= counted) return undefined;
      const performer = idle.pop()!;
      performing.set(index, performer);
      const result = await performer.perform(task).catch((error: unknown) => {
        if (index < counted) throw error;
        return undefined;
      });
      performing.delete(index);
      idle.push(performer);
      if (result === undefined && index < counted) countTo(0);
      else if (result !== undefined && isLast?.(result) === true) countTo(index + 1);
      return result;
    });
    throwIfCancelled(signal, 'the query');
    return counted === 0 ? undefined : results.slice(0, counted).filter((result) => result !== undefined);
  } finally {
    signal?.removeEventListener('abort', cancel);
    await Promise.all(performers.map((performer) => performer.end()));
  }
}

function thisThread<T, R>(own: ThreadWork<T, R>['own']): Performer<T, R> {
  const ended = new AbortController();
  return {
    perform: (task) => own(task, ended.signal),
    end: () => {
      ended.abort();
      return Promise.resolve();
    },
  };
}

/** Another thread. */
class ScanThread<T, R> implements Performer<T, R> {
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
  readonly perform = (task: T): Promise<R | undefined> =>
    new Promise((resolve, reject) => {
      this.#task = { resolve, reject };
      this.#worker.postMessage(task);
    });

  readonly end = async (): Promise<void> => {
    await this.#worker.terminate();
  };
}
