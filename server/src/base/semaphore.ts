import { cancelled } from './cancelled.ts';

/**
 * Returns a semaphore: runs at most `max` tasks concurrently, the rest in the order of the calls. A waiting task whose
 * signal is aborted fails `cancelled` at once and never starts; without a signal it waits its turn.
 */
export function createSemaphore(max: number): <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T> {
  const waiting = new Set<() => void>();
  let free = max;

  function enter(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = () => {
        waiting.delete(begin);
        reject(cancelled());
      };
      if (signal?.aborted) return giveUp();
      signal?.addEventListener('abort', giveUp, { once: true });
      waiting.add(begin);
      next();
    });
  }

  function next(): void {
    const [first] = waiting;
    if (free === 0 || first === undefined) return;
    free -= 1;
    waiting.delete(first);
    first();
  }

  return async (work, signal) => {
    await enter(signal);
    try {
      return await work();
    } finally {
      free += 1;
      next();
    }
  };
}
