/** Repeated work. */
import { setTimeout as delay } from 'node:timers/promises';
import { PondError } from '../../server/src/base/error.ts';
import { isDurationError, parseDuration } from '../../server/src/base/duration.ts';

/** Minimum time between two rounds in which other processes can use the pond, milliseconds. */
const restMs = 250;

/** Maximum delay of Node's timers, milliseconds. */
const intervalMsMax = 2 ** 31 / 2;

/** Returns the milliseconds of an interval such as 10m, 1h, 1 day. Fails `usage`. */
export function intervalOf(text: string): number {
  const parsed = parseDuration(text);
  if (isDurationError(parsed))
    throw new PondError('usage', `--every: ${parsed.message}`, { hint: 'Write 30s, 10m or 1h.' });
  const ms = parsed.microseconds / 1000;
  if (parsed.months === 0 && ms >= 1000 && ms <= intervalMsMax) return ms;
  throw new PondError('usage', '--every takes a duration from one second to twelve days', {
    hint: 'Write 30s, 10m or 1h.',
  });
}

/**
 * Does the work now, and again after each interval, measured from start to start, until it is aborted. Rounds never
 * overlap: work that takes longer begins again after a short rest, in which others may write. A random delay of up to a
 * tenth of the interval spreads schedules that were started together.
 */
export async function repeat(intervalMs: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    const next = performance.now() + intervalMs * (1 + Math.random() / 10);
    await work();
    await pause(Math.max(restMs, next - performance.now()), signal);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
