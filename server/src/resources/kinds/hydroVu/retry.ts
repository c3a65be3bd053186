import { retry } from '../../../base/retry.ts';
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
  readonly isMalformed: boolean;

  constructor(final: ServiceError, { waitMs, isMalformed = false }: { waitMs?: number; isMalformed?: boolean } = {}) {
    super(final.message);
    this.final = final;
    this.waitMs = waitMs;
    this.isMalformed = isMalformed;
  }
}

export type Retry = <T>(attempt: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/** Maximum number of malformed responses to one request. */
const malformedMax = 2;

/** Returns the function that tries until it has a result, a final failure, or no attempts left. */
export function createRetry({ sleep, random }: HydroVuEffects, { attemptsMax }: Limits): Retry {
  return async (attempt, signal) => {
    let malformed = 0;
    try {
      return await retry(attempt, {
        attempts: attemptsMax,
        isTransient: (error) => {
          if (!(error instanceof TransientError)) return false;
          if (error.isMalformed) malformed += 1;
          return malformed < malformedMax;
        },
        // The back-off is a minimum: the service may request no wait, or clock skew may put it in the past.
        delayMs: (failures, error) => Math.max(requestedWaitMs(error), backOffMs(failures, random())),
        sleep: (ms) => sleep(ms, signal),
        signal,
      });
    } catch (error) {
      throw error instanceof TransientError ? error.final : error;
    }
  };
}

function requestedWaitMs(error: unknown): number {
  return error instanceof TransientError ? (error.waitMs ?? 0) : 0;
}
