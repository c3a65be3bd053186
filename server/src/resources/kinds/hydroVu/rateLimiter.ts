/** Schedules requests: bounded per minute, and delayed after each failure. */
import { type HydroVuEffects } from './effects.ts';

const minuteMs = 60_000;
const backOffMsMax = 60_000;
/** Longest requested wait that a run waits: a service whose quota is used up for the day asks for hours. */
export const requestedMsMax = 10 * minuteMs;

/** Returns a function that waits until one more request is within the limit. */
export function createRateLimiter(
  { now, sleep }: HydroVuEffects,
  perMinute: number,
): (signal: AbortSignal) => Promise<void> {
  /** Times of the last requests, oldest first; at most `perMinute`. */
  const sent: number[] = [];
  return async (signal) => {
    if (sent.length >= perMinute) {
      const waitMs = sent.shift()! + minuteMs - now();
      if (waitMs > 0) await sleep(Math.min(waitMs, minuteMs), signal);
    }
    sent.push(now());
  };
}

/**
 * Milliseconds to wait after failure number `failures`, from 1: 1, 2, 4, … 60 seconds, each randomly shortened by up to
 * half.
 */
export function backOffMs(failures: number, random: number): number {
  return Math.min(backOffMsMax, 1000 * 2 ** (failures - 1)) * (1 - random / 2);
}

/** Milliseconds that a response asks to wait; undefined when unspecified. */
export function requestedWaitMs(headers: Headers, nowMs: number): number | undefined {
  const after = headers.get('retry-after') ?? headers.get('x-isi-requests-timeout');
  if (after === null || after.trim() === '') return undefined;
  const waitMs = /^\s*\d+(\.\d+)?\s*$/.test(after) ? Number(after) * 1000 : Date.parse(after) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}
