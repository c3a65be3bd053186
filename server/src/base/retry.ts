import { throwIfCancelled } from './cancelled.ts';
import { wait } from './wait.ts';

/** Conditions of a retry. */
interface RetryOptions {
  /** Maximum number of attempts, the first included; at least 1. */
  readonly attempts: number;
  /** True for a failure after which another attempt may succeed. */
  readonly isTransient: (error: unknown) => boolean;
  /** Wait after `failures` failed attempts, milliseconds; none if omitted. `error` is the last failure. */
  readonly delayMs?: (failures: number, error: unknown) => number;
  /** Replaces the timer, for tests. Fails `cancelled` when the signal is aborted. */
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Returns the result of the first attempt that succeeds. Fails with the error of the last attempt when none is left or
 * the error is not transient, and `cancelled` when the signal is aborted.
 */
export async function retry<T>(work: () => T | Promise<T>, options: RetryOptions): Promise<T> {
  const { attempts, isTransient, delayMs, sleep = wait, signal } = options;
  for (let failures = 1; ; failures += 1) {
    throwIfCancelled(signal);
    try {
      return await work();
    } catch (error) {
      if (failures >= attempts || !isTransient(error)) throw error;
      const ms = delayMs?.(failures, error) ?? 0;
      if (ms > 0) await sleep(ms, signal);
    }
  }
}
