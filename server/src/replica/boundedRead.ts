/** Reads of a store whose answers may come from anybody: none takes more memory than the caller allows. */
import { isPondError, PondError } from '../base/error.ts';
import { type ObjectStore, type RequestOptions } from '../remote/objectStore.ts';

/** Returns the error for an object of a store that is not what it should be. */
export function remoteDamage(store: ObjectStore, key: string, problem: string, hint?: string): PondError {
  return new PondError('remote-damaged', `${key} at ${store.address} ${problem}`, {
    path: key,
    hint: hint ?? 'Nothing was changed at the store. Copy the pond from another backup, or repair this one.',
  });
}

/** Returns the content of an object; undefined when it is missing. Fails `remote-damaged` for more than some bytes. */
export async function readBounded(
  store: ObjectStore,
  key: string,
  bytesMax: number,
  options: RequestOptions = {},
): Promise<Uint8Array | undefined> {
  const stream = await store.readStream(key, options);
  if (stream === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of stream) {
    sizeBytes += chunk.length;
    if (sizeBytes > bytesMax) throw remoteDamage(store, key, `has more than ${bytesMax} bytes`);
    // A source may reuse its buffer for the next chunk.
    chunks.push(new Uint8Array(chunk));
  }
  return chunks.length === 1 ? chunks[0] : new Uint8Array(Buffer.concat(chunks));
}

/** Returns the result of reading a pond that came from a store; damage of it is damage of the store's. */
export async function fromStore<T>(store: ObjectStore, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isPondError(error, 'pond-damaged')) throw error;
    const hint =
      'Nothing was changed at the store. Copy the pond from another backup, or an earlier version with --at.';
    throw error.with({ code: 'remote-damaged', message: `the pond at ${store.address}: ${error.message}`, hint });
  }
}
