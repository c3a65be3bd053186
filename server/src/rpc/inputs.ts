import { PondError } from '../base/error.ts';
import { type InputChunk } from './messages.ts';

/** Streams of content that come in as requests, by their token. */
export interface Inputs {
  /** The stream that a command reads. */
  open(token: string): AsyncIterable<Uint8Array>;
  /** Takes a chunk; answers once the command has asked for the next. False when nobody reads the stream any more. */
  take(chunk: InputChunk): Promise<boolean>;
  /** Ends a stream: its command is over, or its sender is gone. */
  close(token: string): void;
  closeAll(): void;
}

interface Stream {
  /** The chunk that waits for the reader, with what answers its sender. */
  waiting: { readonly chunk: Uint8Array | null; readonly taken: (wanted: boolean) => void } | undefined;
  arrived: () => void;
  closed: boolean;
}

/** Streams hold one chunk each: the sender is not answered before it was read. */
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
