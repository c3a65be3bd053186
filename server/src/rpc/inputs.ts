import { PondError } from '../base/error.ts';
import { type InputChunk } from './messages.ts';

interface Stream {
  /** The chunk pending for the reader, with the callback that answers its sender. */
  waiting: { readonly chunk: Uint8Array | null; readonly taken: (wanted: boolean) => void } | undefined;
  arrived: () => void;
  closed: boolean;
}

/**
 * Content streams that arrive as requests, by token. Each stream holds one chunk: the sender gets a response only after
 * the chunk is read.
 */
export class Inputs {
  readonly #streams = new Map<string, Stream>();

  /** Returns the stream that a command reads. */
  open(token: string): AsyncIterable<Uint8Array> {
    const stream: Stream = { waiting: undefined, arrived: () => {}, closed: false };
    this.#streams.set(token, stream);
    return chunksOf(stream);
  }

  /** Accepts a chunk; resolves once the command requests the next. False when the stream has no reader any more. */
  take({ token, chunk }: InputChunk): Promise<boolean> {
    const stream = this.#streams.get(token);
    if (stream === undefined) return Promise.resolve(false);
    return new Promise((resolve) => {
      stream.waiting = { chunk, taken: resolve };
      stream.arrived();
    });
  }

  /** Ends a stream when its command ends or its sender disconnects. */
  close(token: string): void {
    const stream = this.#streams.get(token);
    if (stream === undefined) return;
    this.#streams.delete(token);
    stream.closed = true;
    stream.waiting?.taken(false);
    stream.waiting = undefined;
    stream.arrived();
  }

  closeAll(): void {
    for (const token of this.#streams.keys()) this.close(token);
  }
}

async function* chunksOf(stream: Stream): AsyncIterable<Uint8Array> {
  for (;;) {
    while (stream.waiting === undefined && !stream.closed) {
      await new Promise<void>((resolve) => (stream.arrived = resolve));
    }
    const { waiting } = stream;
    if (waiting === undefined) throw new PondError('cancelled', 'the content stopped before its end');
    stream.waiting = undefined;
    waiting.taken(true);
    if (waiting.chunk === null) return;
    yield waiting.chunk;
  }
}
