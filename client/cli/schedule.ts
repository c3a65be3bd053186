/** Work that is done again and again. */
import { setTimeout as delay } from 'node:timers/promises';
import { PondError } from '../../server/src/base/error.ts';
import { isDurationError, parseDuration } from '../../server/src/main.ts';

/** How long others at least have the pond for themselves between two rounds, milliseconds. */
const restMs = 250;

/** Node's timers wait no longer, milliseconds. */
const intervalMsMax = 2 ** 31 / 2;

/** The milliseconds of an interval as people write it: 10m, 1h, 1 day. Fails `usage`. */
export function intervalOf(text: string): number {
  const parsed = parseDuration(text);
  if (isDurationError(parsed))
    throw new PondError('usage', `--every: ${parsed.message}`, { hint: 'write 30s, 10m or 1h' });
  const ms = parsed.microseconds / 1000;
  if (parsed.months === 0 && ms >= 1000 && ms <= intervalMsMax) return ms;
  throw new PondError('usage', '--every takes a duration from one second to twelve days', {
    hint: 'write 30s, 10m or 1h',
  });
}

/**
 * Does the work now, and then after each interval, which begins when the work does, until it is aborted. Work that
 * takes longer is not done twice at a time, and begins again after a short rest, in which others may write. Up to a
 * tenth of the interval is added by chance, so that many schedules that were started together do not stay so.
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
