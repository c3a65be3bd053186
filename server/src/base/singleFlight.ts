import { throwIfCancelled, untilCancelled } from './cancelled.ts';
import { type Job } from './job.ts';

interface Work<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiters: number;
}

/**
 * Returns a function that runs work under keys: calls for a key whose work is in progress share its result. The work is
 * aborted when all callers have cancelled; a caller that cancels fails `cancelled` at once.
 */
export function createSingleFlight<T>(): (key: string, work: (job: Job) => Promise<T>, job: Job) => Promise<T> {
  const underWay = new Map<string, Work<T>>();

  function start(key: string, work: (job: Job) => Promise<T>, { progress }: Job): Work<T> {
    const controller = new AbortController();
    const result = work({ signal: controller.signal, ...(progress && { progress }) }).finally(() => {
      if (underWay.get(key)?.controller === controller) underWay.delete(key);
    });
    // Waiting callers receive the failure; without any, it needs no handling.
    result.catch(() => undefined);
    const started = { result, controller, waiters: 0 };
    underWay.set(key, started);
    return started;
  }

  return async (key, work, job) => {
    throwIfCancelled(job.signal);
    const shared = underWay.get(key) ?? start(key, work, job);
    shared.waiters += 1;
    try {
      return await untilCancelled(shared.result, job.signal);
    } finally {
      shared.waiters -= 1;
      if (shared.waiters === 0 && job.signal?.aborted === true) {
        // New callers must not join work that is being aborted.
        if (underWay.get(key) === shared) underWay.delete(key);
        shared.controller.abort();
      }
    }
  };
}
