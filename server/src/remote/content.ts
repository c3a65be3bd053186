/** Streams of bytes on their way to or from a store. */
import { createHash } from 'node:crypto';
import { sha256Of } from '../base/sha256.ts';
import { throwIfCancelled } from '../base/cancelled.ts';
import { PondError } from '../base/error.ts';
import { type ObjectBody, type RequestOptions } from './objectStore.ts';

/** Returns the body of bytes in memory. */
export function bodyOf(bytes: Uint8Array): ObjectBody {
  return {
    sizeBytes: bytes.length,
    sha256: sha256Of(bytes),
    open: (start, end) => chunksOf(bytes.subarray(start, end)),
  };
}

/**
 * Streams the whole content of a body. The last chunk is held until the content has the size and the hash that the body
 * states: what was altered meanwhile never arrives whole. Fails `remote-damaged`.
 */
export async function* checkedContent(body: ObjectBody, what: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let held: Uint8Array | undefined;
  for await (const chunk of body.open(0, body.sizeBytes)) {
    if (held !== undefined) yield held;
    held = chunk;
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  if (sizeBytes !== body.sizeBytes || hash.digest('hex') !== body.sha256) {
    const message = `the content of ${what} changed while it was sent: expected ${body.sizeBytes} bytes of SHA-256 ${body.sha256}`;
    throw new PondError('remote-damaged', message, { hint: 'Nothing was stored. Check the pond, then try again.' });
  }
  if (held !== undefined) yield held;
}

/** Passes chunks on, reports their sizes, and fails `cancelled` between two of them once the signal is aborted. */
export async function* observed(
  chunks: AsyncIterable<Uint8Array>,
  { signal, onBytes }: RequestOptions,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    throwIfCancelled(signal);
    onBytes?.(chunk.length);
    yield chunk;
  }
}

/** Returns the error of a stream that ended after `received` of `expected` bytes. */
export function shortStream(what: string, received: number, expected: number): PondError {
  return new PondError('remote-failed', `${what} ended after ${received} of ${expected} bytes`, {
    hint: 'Try again.',
  });
}

/** Returns the error of an object that is too large to be read whole. */
export function tooLarge(what: string, sizeBytes: number, sizeBytesMax: number): PondError {
  return new PondError('remote-damaged', `${what} has ${sizeBytes} bytes, expected at most ${sizeBytesMax}`);
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
