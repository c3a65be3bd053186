import { PondError } from './error.ts';

/**
 * Runs pieces of work side by side, at most `max` at once, the others in the order they were asked for. One that still
 * waits when its signal is aborted fails `cancelled` at once and never begins; without a signal it waits until it can.
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
        reject(new PondError('cancelled', 'the query was cancelled'));
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
