import { type HydroVuEffects, type Limits } from './effects.ts';
import { backOffMs } from './rateLimiter.ts';
import { type ServiceError } from './serviceError.ts';

/** A failure that may pass. */
export class TransientError extends Error {
  /** What it is when it does not pass. */
  readonly final: ServiceError;
  /** What the service asked to wait, in milliseconds; undefined: it did not say. */
  readonly waitMs: number | undefined;
  /** True for an answer that makes no sense: it is not worth more than one other try. */
  readonly seldomPasses: boolean;

  constructor(final: ServiceError, { waitMs, seldomPasses = false }: { waitMs?: number; seldomPasses?: boolean } = {}) {
    super(final.message);
    this.final = final;
    this.waitMs = waitMs;
    this.seldomPasses = seldomPasses;
  }
}

export type Retry = <T>(attempt: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/** Returns the function that tries until there is a result, a failure that does not pass, or no attempt left. */
export function createRetry({ sleep, random }: HydroVuEffects, { attemptsMax }: Limits): Retry {
  return async (attempt, signal) => {
    let senseless = 0;
    for (let failures = 1; ; failures++) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof TransientError)) throw error;
        if (error.seldomPasses) senseless++;
        if (failures >= attemptsMax || senseless >= 2) throw error.final;
        // Who asks for no time at all, or whose clock makes it the past, is given some all the same.
        await sleep(Math.max(error.waitMs ?? 0, backOffMs(failures, random())), signal);
      }
    }
  };
}
