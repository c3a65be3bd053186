import { PondError } from '../base/error.ts';
import { type InputChunk } from './messages.ts';

/** Content streams that arrive as requests, by token. */
export interface Inputs {
  /** Returns the stream that a command reads. */
  open(token: string): AsyncIterable<Uint8Array>;
  /** Accepts a chunk; resolves once the command requests the next. False when the stream has no reader any more. */
  take(chunk: InputChunk): Promise<boolean>;
  /** Ends a stream when its command ends or its sender disconnects. */
  close(token: string): void;
  closeAll(): void;
}

interface Stream {
  /** The chunk pending for the reader, with the callback that answers its sender. */
  waiting: { readonly chunk: Uint8Array | null; readonly taken: (wanted: boolean) => void } | undefined;
  arrived: () => void;
  closed: boolean;
}

/** Each stream holds one chunk: the sender gets a response only after the chunk is read. */
export function createInputs(): Inputs {
  const streams = new Map<string, Stream>();

  function streamOf(token: string): Stream {
    const stream = streams.get(token) ?? { waiting: undefined, arrived: () => {}, closed: false };
    streams.set(token, stream);
    return stream;
  }

  async function* chunks(stream: Stream): AsyncIterable<Uint8Array> {
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

  function close(token: string): void {
    const stream = streams.get(token);
    if (stream === undefined) return;
    streams.delete(token);
    stream.closed = true;
    stream.waiting?.taken(false);
    stream.waiting = undefined;
    stream.arrived();
  }

  return {
    open: (token) => chunks(streamOf(token)),
    take({ token, chunk }) {
      const stream = streams.get(token);
      if (stream === undefined) return Promise.resolve(false);
      return new Promise((resolve) => {
        stream.waiting = { chunk, taken: resolve };
        stream.arrived();
      });
    },
    close,
    closeAll() {
      for (const token of streams.keys()) close(token);
    },
  };
}
