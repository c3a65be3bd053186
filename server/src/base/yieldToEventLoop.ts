import { setImmediate as turn } from 'node:timers/promises';
import { throwIfCancelled } from './cancelled.ts';

/** Longest time, milliseconds, that a long command blocks the event loop and so a cancellation. */
const turnMs = 20;

/**
 * Returns a function that a long command calls between two units of work: it yields to the event loop at intervals, and
 * fails `cancelled` after a cancellation of `what`. Disk calls are synchronous, so without it no cancellation would arrive.
 */
export function createYield(signal: AbortSignal, what?: string): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last > turnMs) {
      await turn();
      last = performance.now();
    }
    throwIfCancelled(signal, what);
  };
}

/** The same stream, which fails `cancelled` once the signal is aborted. */
export async function* yielding(
  content: AsyncIterable<Uint8Array>,
  yieldToEventLoop: () => Promise<void>,
): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of content) {
      await yieldToEventLoop();
      yield chunk;
    }
  } finally {
    // A source that ends or fails because of the cancellation has not delivered all its content.
    await yieldToEventLoop();
  }
}
