import { PondError } from './error.ts';

/** Returns the error `cancelled`. `what` is the subject of its message: "the query". */
export function cancelled(what = 'the operation'): PondError {
  return new PondError('cancelled', `${what} was cancelled`);
}

/** Fails `cancelled` when the signal is aborted; does nothing without a signal. */
export function throwIfCancelled(signal: AbortSignal | undefined, what?: string): void {
  if (signal?.aborted === true) throw cancelled(what);
}
