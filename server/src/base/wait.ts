import { setTimeout as delay } from 'node:timers/promises';
import { cancelled } from './cancelled.ts';

/** Waits some milliseconds. Fails `cancelled` when the signal is aborted; `what` is the subject of its message. */
export async function wait(ms: number, signal: AbortSignal | undefined, what?: string): Promise<void> {
  try {
    await delay(ms, undefined, signal && { signal });
  } catch {
    throw cancelled(what);
  }
}
