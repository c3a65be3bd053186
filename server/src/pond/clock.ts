import { PondError } from '../base/error.ts';

/**
 * Tolerated difference of the two clocks, milliseconds: their rates differ slightly, and times should not jump for
 * that.
 */
const toleranceMs = 100;

let startMs = performance.timeOrigin;

/**
 * Microseconds since 1970 UTC. Digits below the millisecond come from the monotonic clock; that clock stops while the
 * machine sleeps and ignores corrections, so the system clock decides. Fails `time-out-of-range`.
 */
export function nowUs(): number {
  const [wallMs, sinceMs] = [Date.now(), performance.now()];
  if (Math.abs(startMs + sinceMs - wallMs) > toleranceMs) startMs = wallMs - sinceMs;
  return requireStorable(Math.round((startMs + sinceMs) * 1000));
}

/** Returns a time, microseconds since 1970 UTC. Fails `time-out-of-range` when a pond would not read it back: after 2255. */
export function requireStorable(timeUs: number): number {
  if (Number.isSafeInteger(timeUs)) return timeUs;
  const year = new Date(timeUs / 1000).getUTCFullYear();
  const shown = Number.isNaN(year) ? 'a time that no calendar has' : `the year ${year}`;
  throw new PondError('time-out-of-range', `expected a time until the year 2255, got ${shown}`, {
    hint: 'Set the clock of this computer, or correct the time of what is migrated.',
  });
}
