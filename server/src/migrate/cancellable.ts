/** Contents of any size that stop when a person cancels. */
import { setImmediate } from 'node:timers/promises';
import { throwIfCancelled } from '../base/cancelled.ts';
import { type Content } from '../tinyfs/backend.ts';

/** Bytes after which the event loop gets a turn: a decompressor gives many without one, and no signal would arrive. */
const turnBytes = 16 * 1024 * 1024;

/** Returns the same content; a stream fails `cancelled` once the signal is aborted, and as it does. */
export function cancellable(content: Content, signal: AbortSignal | undefined): Content {
  return content instanceof Uint8Array ? content : cancellableStream(content, signal);
}

/** As `cancellable`. */
export async function* cancellableStream(
  stream: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const part of stream) {
    bytes += part.length;
    if (bytes >= turnBytes) {
      bytes = 0;
      await setImmediate();
      throwIfCancelled(signal, 'the migration');
    }
    yield part;
  }
}
