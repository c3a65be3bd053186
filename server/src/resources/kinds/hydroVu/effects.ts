/** Side effects of the service's client, and its limits. */
import { wait } from '../../../base/wait.ts';

export interface HydroVuEffects {
  readonly fetch: typeof fetch;
  /** Resolves after that many milliseconds. Fails `cancelled` at once when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From 0 inclusive to 1 exclusive. */
  readonly random: () => number;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
}

export interface Limits {
  /** For one request, from its start to the last byte of the response. */
  readonly timeoutMs: number;
  /** Attempts per request before a transient failure becomes final. */
  readonly attemptsMax: number;
  /** Bytes of one response, decompressed. */
  readonly bodyBytesMax: number;
  /** Pages of one list. */
  readonly pagesMax: number;
  /** The service rejects more than 1000 from one account. */
  readonly requestsPerMinute: number;
}

export const realEffects: HydroVuEffects = {
  fetch: (input, init) => fetch(input, init),
  sleep: wait,
  random: Math.random,
  now: Date.now,
};

export const defaultLimits: Limits = {
  timeoutMs: 60_000,
  attemptsMax: 8,
  bodyBytesMax: 32 * 1024 * 1024,
  pagesMax: 100_000,
  requestsPerMinute: 1000,
};
