/** What attached processes say to each other beside the commands. */

/** Request, first on a connection: both sides say which protocol they speak. */
export const hello = 'attach/hello';

/** What each side says in `hello`. */
export interface Hello {
  readonly protocolVersion: number;
}

/** Request: the next chunk of content that streams into a command; answered once there is room for another. */
export const input = 'attach/input';

/** A chunk of the stream that a command's params named as `inputToken`. */
export interface InputChunk {
  readonly token: string;
  /** Null at the end. */
  readonly chunk: Uint8Array | null;
}

/** What a command's params may carry beside its own. */
export interface Extras {
  readonly progressToken?: string;
  readonly inputToken?: string;
}
