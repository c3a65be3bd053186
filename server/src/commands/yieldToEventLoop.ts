import { setImmediate as turn } from 'node:timers/promises';
import { throwIfCancelled } from './tree.ts';

/** Longest time that a long command keeps the process from hearing a cancellation, milliseconds. */
const turnMs = 20;

/**
 * Returns what a long command calls between two pieces of work: it lets the process hear of a cancellation every now
 * and then, and fails `cancelled` after one. Calls on the disk are synchronous, so without it none would be heard.
 */
export function createYield(signal: AbortSignal): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last > turnMs) {
      await turn();
      last = performance.now();
    }
    throwIfCancelled(signal);
  };
}

/** The same stream, ending with `cancelled` when the signal is aborted. */
export async function* yielding(
  content: AsyncIterable<Uint8Array>,
  pace: () => Promise<void>,
): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of content) {
      await pace();
      yield chunk;
    }
  } finally {
    // A source that ends or fails because it was interrupted has not given all of its content.
    await pace();
  }
}
