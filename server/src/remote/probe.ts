import { randomUUID } from 'node:crypto';
import { isPondError } from '../base/error.ts';
import { bodyOf } from './content.ts';
import { type ObjectStore, type RequestOptions } from './objectStore.ts';

/** Whether a store keeps an object from being written twice; `reason` is a sentence for people. */
type ProbeOutcome = { readonly isSafe: true } | { readonly isSafe: false; readonly reason: string };

/**
 * Asks a store whether a put on a key that is taken is refused, by an object that stays below `_pond/probe/`: credentials
 * that may only append cannot remove it. Callers remember the outcome. Fails with the errors of the store.
 */
export async function probeStore(store: ObjectStore, options: RequestOptions = {}): Promise<ProbeOutcome> {
  const key = `_pond/probe/${randomUUID()}`;
  try {
    await store.putIfAbsent(key, bodyOf(Buffer.from('first')), options);
    if ((await store.putIfAbsent(key, bodyOf(Buffer.from('second')), options)) === 'exists') return { isSafe: true };
    return { isSafe: false, reason: `${store.address} ignores the condition of a put (If-None-Match).` };
  } catch (error) {
    if (!isPondError(error, 'remote-unsafe')) throw error;
    return { isSafe: false, reason: `${store.address} refuses the condition of a put (If-None-Match).` };
  }
}
