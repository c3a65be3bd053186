import { PondError } from './error.ts';
import { type Job } from './job.ts';

interface Work<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiters: number;
}

/**
 * Returns what runs work under keys: callers who ask for a key while its work is under way wait for the same result.
 * The work is given up when all of them are cancelled; each hears of its own cancellation at once, with `cancelled`.
 */
export function createSingleFlight<T>(): (key: string, work: (job: Job) => Promise<T>, job: Job) => Promise<T> {
  const underWay = new Map<string, Work<T>>();

  function start(key: string, work: (job: Job) => Promise<T>, { progress }: Job): Work<T> {
    const controller = new AbortController();
    const result = work({ signal: controller.signal, ...(progress && { progress }) }).finally(() => {
      if (underWay.get(key)?.controller === controller) underWay.delete(key);
    });
    // Whoever waits hears of a failure; when nobody does any more, nobody needs to.
    result.catch(() => undefined);
    const started = { result, controller, waiters: 0 };
    underWay.set(key, started);
    return started;
  }

  return async (key, work, job) => {
    if (isAborted(job)) throw cancelled();
    const shared = underWay.get(key) ?? start(key, work, job);
    shared.waiters += 1;
    let leave = (): void => undefined;
    const left = new Promise<never>((_, reject) => (leave = () => reject(cancelled())));
    job.signal?.addEventListener('abort', leave);
    try {
      return await Promise.race([shared.result, left]);
    } finally {
      job.signal?.removeEventListener('abort', leave);
      shared.waiters -= 1;
      if (shared.waiters === 0 && isAborted(job)) {
        // Who asks from now on must not get what is being given up.
        if (underWay.get(key) === shared) underWay.delete(key);
        shared.controller.abort();
      }
    }
  };
}

function cancelled(): PondError {
  return new PondError('cancelled', 'the operation was cancelled');
}

function isAborted({ signal }: Job): boolean {
  return signal?.aborted === true;
}
