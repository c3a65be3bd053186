import { PondError } from '../base/error.ts';
import { type CommandName, type Params, type Result } from '../protocol/commands.ts';
import { type PondNotification } from './notification.ts';

/** Options of a call, apart from its params. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((message: string, done: number, total?: number) => void) | undefined;
  /** Input stream, for `write`. */
  readonly input?: AsyncIterable<Uint8Array> | undefined;
  /** Receives the output stream of `read` and `queryToText`; does not cross to another process. */
  readonly output?: ((chunk: Uint8Array) => void | Promise<void>) | undefined;
}

/** Connection to another process that holds ponds. */
export interface Remote {
  /** Runs a command there. Fails as the command does, and with RemoteGoneError when the process goes away. */
  call<N extends CommandName>(name: N, params: Params<N>, options?: CallOptions): Promise<Result<N>>;
  /** Adds a listener to the notifications of the ponds opened through it. */
  onNotice(listener: (notice: PondNotification) => void): void;
  /** Called once, when the process or the connection is gone. */
  onGone(listener: () => void): void;
  close(): void;
}

/** The process that holds the pond went away before it answered. */
export class RemoteGoneError extends PondError {
  constructor(cause?: unknown) {
    super('lock-held', 'the process that was writing this pond went away', { hint: 'run the command again', cause });
  }
}
