/** Messages between attached processes, in addition to the commands. */

/** Request, first on a connection: both sides declare their protocol version. */
export const hello = 'attach/hello';

/** Params and result of `hello`. */
export interface Hello {
  readonly protocolVersion: number;
}

/** Request: the next chunk of content that streams into a command; answered once there is room for another. */
export const input = 'attach/input';

/** A chunk of the stream that a command's params identified by `inputToken`. */
export interface InputChunk {
  readonly token: string;
  /** Null at the end. */
  readonly chunk: Uint8Array | null;
}

/** Additional params of a command. */
export interface Extras {
  readonly progressToken?: string;
  readonly inputToken?: string;
}
