import { type CommandName, type Params, type Result } from '../protocol/commands.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type QueryEngine } from '../sql/engine.ts';

/** What a command is given beside its params. */
export interface CommandContext {
  readonly ponds: PondAccess;
  /** The query engine; loaded on first need. Fails `engine-unavailable`. */
  readonly queries: () => Promise<QueryEngine>;
  /** Tells how far a long command is: units done, and of how many when known. */
  readonly progress: (message: string, done: number, total?: number) => void;
  /** Aborted when the caller no longer wants the result. */
  readonly signal: AbortSignal;
  /** Content that streams in; takes the place of the content in the params. Undefined when the params hold all. */
  readonly input: AsyncIterable<Uint8Array> | undefined;
  /** Takes content that streams out, instead of the result; undefined when the result holds all. */
  readonly output: ((chunk: Uint8Array) => void | Promise<void>) | undefined;
  readonly effects: Effects;
}

/** The outside world, as commands see it. */
export interface Effects {
  /** Who commits when the params do not say: USER@host. */
  readonly author: string;
  /** The value of an environment variable; undefined when it is not set. */
  readonly env: (name: string) => string | undefined;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
}

/** What a command does to a pond. */
export type Access = 'read' | 'write';

/** The ponds of this process. */
export interface PondAccess {
  /**
   * The open pond of a directory; opened when it is not. Fails as openPond, and `lock-held` or `read-only` for 'write'.
   */
  get(directory: string, access: Access): Promise<ResourcePond>;
  /** Makes a new pond and keeps it open. Fails `pond-exists`. */
  create(directory: string): Promise<ResourcePond>;
  /** Opens a pond, or joins the process that has it. */
  open(directory: string): Promise<{ readonly pond: string; readonly id: string; readonly mode: SessionKind }>;
  /** Closes a pond; nothing happens when it is not open. */
  close(directory: string): Promise<void>;
}

/** How this process takes part in a pond: it has the lock, goes through the process that has it, or only reads. */
export type SessionKind = 'owner' | 'attached' | 'read';

/** One verb. Fails with a PondError; the request boundary makes a response of it. */
export type Command<N extends CommandName> = (context: CommandContext, params: Params<N>) => Promise<Result<N>>;
