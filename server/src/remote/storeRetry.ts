/** Repeats requests to a store after failures that may pass. */
import { wait } from '../base/wait.ts';
import { type PondError } from '../base/error.ts';
import { retry } from '../base/retry.ts';

/** Clock, timer and chance; tests replace them. */
export interface RetryEffects {
  /** Milliseconds since 1970 UTC. */
  now(): number;
  /** Fails `cancelled` when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>;
  /** From 0 (inclusive) to 1 (exclusive). */
  random(): number;
}

/** A failed request. */
export class StoreFailure extends Error {
  /** The error if no other attempt is made. */
  readonly final: PondError;
  /** Kind of the failure: the status or code of the answer, or of the network. Equal kinds are counted together. */
  readonly kind: string;
  /** Number of attempts that may follow failures of this kind; 0 when none can succeed. */
  readonly retriesMax: number;
  /** The wait that the service asks for, milliseconds. */
  readonly waitMs: number;

  constructor(final: PondError, kind: string, { retriesMax = Infinity, waitMs = 0 } = {}) {
    super(final.message);
    this.final = final;
    this.kind = kind;
    this.retriesMax = retriesMax;
    this.waitMs = waitMs;
  }
}

/** The wait before the first repetition is at most this long, milliseconds; it doubles with each, up to the maximum. */
const delayMsMin = 200;
const delayMsMax = 20_000;

/** Real time and chance. */
export const realEffects: RetryEffects = {
  now: Date.now,
  sleep: wait,
  random: Math.random,
};

/**
 * Returns the result of the first attempt that succeeds. After a StoreFailure another attempt is made for at most
 * `patienceMs()` in all, after a wait of a random part of a time that doubles (full jitter), or as long as the service
 * asks. Fails with the last failure's own error, and at once with any other error.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  options: {
    readonly effects: RetryEffects;
    readonly patienceMs: () => number;
    readonly signal: AbortSignal | undefined;
  },
): Promise<T> {
  const { effects, patienceMs, signal } = options;
  const startMs = effects.now();
  const counts = new Map<string, number>();
  const mayRepeat = (failure: unknown): boolean => {
    if (!(failure instanceof StoreFailure)) return false;
    const count = (counts.get(failure.kind) ?? 0) + 1;
    counts.set(failure.kind, count);
    return count <= failure.retriesMax && effects.now() - startMs + failure.waitMs < patienceMs();
  };
  try {
    return await retry(attempt, {
      attempts: Infinity,
      isTransient: mayRepeat,
      delayMs: (failures, failure) => {
        const jitter = effects.random() * Math.min(delayMsMax, delayMsMin * 2 ** (failures - 1));
        return Math.max(jitter, failure instanceof StoreFailure ? failure.waitMs : 0);
      },
      sleep: (ms, own) => effects.sleep(ms, own),
      signal,
    });
  } catch (error) {
    throw error instanceof StoreFailure ? error.final : error;
  }
}
