import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Runs one piece of work at a time, in order of arrival. Work that is started by the work now running does not wait for
 * it, only for other such work.
 */
export interface Mutex {
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function createMutex(): Mutex {
  const queues = new AsyncLocalStorage<{ last: Promise<unknown> }>();
  const outermost = { last: Promise.resolve() as Promise<unknown> };
  return {
    run<T>(work: () => Promise<T>): Promise<T> {
      const queue = queues.getStore() ?? outermost;
      const turn = queue.last.then(() => queues.run({ last: Promise.resolve() }, work));
      queue.last = turn.catch(() => undefined);
      return turn;
    },
  };
}
