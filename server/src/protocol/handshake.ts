/** Declarations of client and server at initialize. */
import { type CommandName } from './commands.ts';

/** The client's options at initialize. */
export interface InitializationOptions {
  /** True when the transport carries Uint8Array; else bytes are base64. */
  readonly binary: boolean;
  /** False in a restricted workspace: the server runs nothing, imports nothing and writes nothing to the host. */
  readonly trusted: boolean;
  readonly protocolVersion: number;
}

/** Declarations of the server at initialize, as `experimental` of its capabilities. */
export interface ServerDeclaration {
  /** Verbs that change nothing: a client may send them again when the server dies before it answers. */
  readonly safeVerbs: readonly CommandName[];
}
