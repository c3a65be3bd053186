/** Errors for a pond on a store that is not what it should be. */
import { isPondError, PondError } from '../base/error.ts';
import { type ObjectStore } from '../remote/objectStore.ts';

/** Returns the error for an object of a store that is not what it should be. */
export function remoteDamage(store: ObjectStore, key: string, problem: string, hint?: string): PondError {
  return new PondError('remote-damaged', `${key} at ${store.address} ${problem}`, {
    path: key,
    hint: hint ?? 'Nothing was changed at the store. Copy the pond from another backup, or repair this one.',
  });
}

/** Returns the result of reading a pond that came from a store; damage of it is damage of the store's. */
export async function fromStore<T>(store: ObjectStore, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isPondError(error, 'pond-damaged')) throw error;
    const hint =
      "Nothing was changed at the store. 'pond backup verify --full --repair' in the pond it comes from repairs it; 'pond clone --at V' copies an earlier version.";
    throw error.with({ code: 'remote-damaged', message: `the pond at ${store.address}: ${error.message}`, hint });
  }
}
