import { type CommandName, type Params, type Result } from '../protocol/commands.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type QueryEngine } from '../sql/engine.ts';

/** Context of a command, apart from its params. */
export interface CommandContext {
  readonly ponds: PondAccess;
  /** The query engine, loaded on first use. Fails `engine-unavailable`. */
  readonly queries: () => Promise<QueryEngine>;
  /** Reports the progress of a long command: units done, and their total when known. */
  readonly progress: (message: string, done: number, total?: number) => void;
  /** Aborted when the caller no longer wants the result. */
  readonly signal: AbortSignal;
  /** Input stream, which replaces the content in the params. Undefined when the params hold all of it. */
  readonly input: AsyncIterable<Uint8Array> | undefined;
  /** Receives the output stream, which replaces the result; undefined when the result holds all of it. */
  readonly output: ((chunk: Uint8Array) => void | Promise<void>) | undefined;
  readonly effects: Effects;
}

/** The outside world, as commands see it. */
export interface Effects {
  /** Author of commits when the params name none: USER@host. */
  readonly author: string;
  /** The value of an environment variable; undefined when it is not set. */
  readonly env: (name: string) => string | undefined;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
}

/** Access that a command needs to a pond. */
export type Access = 'read' | 'write';

/** The ponds of this process. */
export interface PondAccess {
  /**
   * The open pond of a directory; opens it if necessary. Fails as openPond, and `lock-held` or `read-only` for 'write'.
   */
  get(directory: string, access: Access): Promise<ResourcePond>;
  /** Creates a pond and keeps it open. Fails `pond-exists`. */
  create(directory: string): Promise<ResourcePond>;
  /** Opens a pond, or joins the process that holds it. */
  open(directory: string): Promise<{ readonly pond: string; readonly id: string; readonly mode: SessionKind }>;
  /** Closes a pond; does nothing when it is not open. */
  close(directory: string): Promise<void>;
}

/** Role of this process in a pond: it holds the lock, goes through the process that does, or only reads. */
export type SessionKind = 'owner' | 'attached' | 'read';

/** One verb. Fails with a PondError, which the request boundary turns into a response. */
export type Command<N extends CommandName> = (context: CommandContext, params: Params<N>) => Promise<Result<N>>;
