import { type RetryEffects } from '../../server/src/remote/storeRetry.ts';

/** Effects of retries for tests: waits take no time, and the clock counts them. */
export interface QuickEffects extends RetryEffects {
  /** The waits so far, milliseconds. */
  readonly waits: readonly number[];
}

/** Returns a clock that starts now and moves with each wait only, and the middle of every random range. */
export function quickEffects(): QuickEffects {
  const waits: number[] = [];
  let nowMs = Date.now();
  return {
    waits,
    now: () => nowMs,
    sleep: (ms) => {
      waits.push(ms);
      nowMs += ms;
      return Promise.resolve();
    },
    random: () => 0.5,
  };
}
