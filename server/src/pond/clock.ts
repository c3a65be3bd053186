/**
 * Tolerated difference of the two clocks, milliseconds: their rates differ slightly, and times should not jump for
 * that.
 */
const toleranceMs = 100;

let startMs = performance.timeOrigin;

/**
 * Microseconds since 1970 UTC. Digits below the millisecond come from the monotonic clock; that clock stops while the
 * machine sleeps and ignores corrections, so the system clock decides.
 */
export function nowUs(): number {
  const [wallMs, sinceMs] = [Date.now(), performance.now()];
  if (Math.abs(startMs + sinceMs - wallMs) > toleranceMs) startMs = wallMs - sinceMs;
  return Math.round((startMs + sinceMs) * 1000);
}
