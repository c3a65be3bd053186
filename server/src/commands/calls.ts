/** Calls of verbs: in this process through a host, in another one through a remote. */
import { type Job } from '../base/job.ts';
import { PondError } from '../base/error.ts';
import { type CommandName, type Params, type Result } from '../protocol/commands.ts';
import { type PondNotification } from '../protocol/events.ts';

/** Options of a call, apart from its params. */
export interface CallOptions extends Partial<Job> {
  /** Input stream, for verbs that declare one. */
  readonly input?: AsyncIterable<Uint8Array> | undefined;
  /** Receives the output stream of verbs that declare one; does not cross to another process. */
  readonly output?: ((chunk: Uint8Array) => void | Promise<void>) | undefined;
}

/** Runs verbs on the ponds of this process. */
export interface Host {
  /** Runs a verb. Fails with the PondErrors of its command. */
  call<N extends CommandName>(name: N, params: Params<N>, options?: CallOptions): Promise<Result<N>>;
  /** As `call`, on behalf of another process: only for ponds that this one holds. Fails `lock-held` for others. */
  serve<N extends CommandName>(name: N, params: Params<N>, options?: CallOptions): Promise<Result<N>>;
  close(): Promise<void>;
}

/** Connection to another process that holds ponds. */
export interface Remote {
  /** Runs a verb there. Fails as its command does, and with RemoteGoneError when the process exits. */
  call<N extends CommandName>(name: N, params: Params<N>, options?: CallOptions): Promise<Result<N>>;
  /** Adds a listener to the notifications of the ponds opened through it. */
  onNotification(listener: (notification: PondNotification) => void): void;
  /** Called once, when the process or the connection is gone. */
  onGone(listener: () => void): void;
  close(): void;
}

/** The process that holds the pond exited before it answered. */
export class RemoteGoneError extends PondError {
  constructor(cause?: unknown) {
    super('lock-held', 'the process that was writing this pond exited', { hint: 'Run the command again.', cause });
  }
}
