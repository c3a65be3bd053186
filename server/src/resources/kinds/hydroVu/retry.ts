import { type HydroVuEffects, type Limits } from './effects.ts';
import { backOffMs } from './rateLimiter.ts';
import { type ServiceError } from './serviceError.ts';

/** A failure that may be transient. */
export class TransientError extends Error {
  /** The error if it persists. */
  readonly final: ServiceError;
  /** The wait that the service requests, in milliseconds; undefined when unspecified. */
  readonly waitMs: number | undefined;
  /** True for a malformed response, which is worth one retry only. */
  readonly seldomPasses: boolean;

  constructor(final: ServiceError, { waitMs, seldomPasses = false }: { waitMs?: number; seldomPasses?: boolean } = {}) {
    super(final.message);
    this.final = final;
    this.waitMs = waitMs;
    this.seldomPasses = seldomPasses;
  }
}

export type Retry = <T>(attempt: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/** Returns the function that tries until it has a result, a final failure, or no attempts left. */
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
        // The back-off is a minimum: the service may request no wait, or clock skew may put it in the past.
        await sleep(Math.max(error.waitMs ?? 0, backOffMs(failures, random())), signal);
      }
    }
  };
}
