import { PondError } from './error.ts';

/** Returns the error `cancelled`. `what` is the subject of its message: "the query". */
export function cancelled(what = 'the operation'): PondError {
  return new PondError('cancelled', `${what} was cancelled`);
}

/** Fails `cancelled` when the signal is aborted; does nothing without a signal. */
export function throwIfCancelled(signal: AbortSignal | undefined, what?: string): void {
  if (signal?.aborted === true) throw cancelled(what);
}

/** The result of work that others may wait for, too. Fails `cancelled` when the signal is aborted; the work does not end. */
export async function untilCancelled<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  throwIfCancelled(signal);
  let leave = (): void => undefined;
  const left = new Promise<never>((_, reject) => (leave = () => reject(cancelled())));
  signal?.addEventListener('abort', leave);
  try {
    return await Promise.race([work, left]);
  } finally {
    signal?.removeEventListener('abort', leave);
  }
}
