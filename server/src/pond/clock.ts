/**
 * How far the two clocks may be apart, milliseconds: they run a little differently, and times should not jump for it.
 */
const toleranceMs = 100;

let startMs = performance.timeOrigin;

/**
 * Microseconds since 1970 UTC. Digits below the millisecond are from the clock that counts since the process began; but
 * that one stands still while a machine sleeps and hears of no correction, so the system's clock decides.
 */
export function nowUs(): number {
  const [wallMs, sinceMs] = [Date.now(), performance.now()];
  if (Math.abs(startMs + sinceMs - wallMs) > toleranceMs) startMs = wallMs - sinceMs;
  return Math.round((startMs + sinceMs) * 1000);
}
