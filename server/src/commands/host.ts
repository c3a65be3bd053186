/**
 * Runs commands on a pond that this process has open, or in the process that holds the pond. When that process dies,
 * the host opens the pond here and replays the command.
 */
import { isPondError, type PondError } from '../base/error.ts';
import { OwnershipLostError } from '../pond/ownership.ts';
import { type CommandName, type Params, type Result } from '../protocol/commands.ts';
import { type QueryEngine } from '../sql/engine.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type CommandContext, type Effects } from './context.ts';
import { commands } from './index.ts';
import { type Ponds } from './ponds.ts';
import { withNames } from './namedError.ts';
import { type CallOptions, RemoteGoneError } from './remote.ts';
import { type Ask, resultOfReplay } from './replay.ts';
import { type PondSession } from './session.ts';

/** Number of times that a command follows a pond to the next process that holds it. */
const movesMax = 8;

/** Number of times that a command reads again while another process commits. */
const readsMax = 3;

/** Another process committed the staged changes while a reader without the lock was reading them. */
class MovedOnError extends Error {
  override readonly cause: PondError;

  constructor(cause: PondError) {
    super(cause.message, { cause });
    this.cause = cause;
  }
}

/** Runs commands. */
export interface Host {
  /** Runs a command. Fails with the PondErrors of the command. */
  call<N extends CommandName>(name: N, params: Params<N>, options?: CallOptions): Promise<Result<N>>;
  /** As `call`, on behalf of another process: only for ponds that this one holds. Fails `lock-held` for others. */
  serve<N extends CommandName>(name: N, params: Params<N>, options?: CallOptions): Promise<Result<N>>;
  close(): Promise<void>;
}

/** Parts of a host. */
export interface HostParts {
  readonly ponds: Ponds;
  readonly queries: () => Promise<QueryEngine>;
  /** Closes the query engine if it was loaded. */
  readonly closeQueries: () => Promise<void>;
  readonly effects: Effects;
}

/** Returns a host; opens and loads nothing before the first call. */
export function createHost(parts: HostParts): Host {
  const { ponds } = parts;

  async function run<N extends CommandName>(name: N, params: Params<N>, options: CallOptions): Promise<Result<N>> {
    const context: CommandContext = {
      ponds,
      queries: parts.queries,
      progress: options.progress ?? (() => {}),
      signal: options.signal ?? new AbortController().signal,
      input: options.input,
      output: options.output,
      effects: parts.effects,
    };
    const command = await commands[name].load();
    try {
      return await command(context, params);
    } catch (error) {
      throw await withNames(error, params as { readonly pond?: string; readonly at?: string }, ponds);
    }
  }

  /**
   * One attempt. The second is `repeated`: the first may have been carried out by a process that died before it
   * answered.
   */
  async function attempt<N extends CommandName>(
    name: N,
    params: Params<N> & { readonly pond: string },
    options: CallOptions,
    repeated: boolean,
  ): Promise<Result<N>> {
    const access = commands[name].access === 'write' ? 'write' : 'read';
    const session = await ponds.session(params.pond, access, options.signal);
    const ask: Ask = (other, its) => attempt(other, its as typeof its & { readonly pond: string }, {}, false);
    try {
      if (session.kind !== 'attached') return await run(name, params, options);
      return await session.remote.call(name, { ...params, pond: session.directory }, options);
    } catch (error) {
      const settled = repeated ? await resultOfReplay(name, params, error, ask) : undefined;
      if (settled !== undefined) return settled.result;
      if (session.kind === 'read' && isPondError(error, 'journal-damaged')) {
        await session.pond.refresh();
        throw new MovedOnError(error);
      }
      if (session.kind === 'attached' && isPondError(error, 'lock-held')) {
        // The recorded owner released or lost the lock; reattach.
        await ponds.leave(session);
        throw new RemoteGoneError(error);
      }
      throw await leaveLost(session, error);
    }
  }

  /**
   * Returns the reason why a command failed: the loss of the pond if that happened meanwhile, since it causes other
   * errors. The session of a lost pond ends, and the next command opens the pond afresh.
   */
  async function leaveLost(session: PondSession, error: unknown): Promise<unknown> {
    if (session.kind !== 'owner' || !isPondError(error)) return error;
    const lost = error instanceof OwnershipLostError ? error : lossOf(session.pond);
    if (lost !== undefined || isPondError(error, 'lock-held')) await ponds.leave(session);
    return lost ?? error;
  }

  return {
    async call(name, params, options = {}) {
      if (commands[name].access === 'none') return await run(name, params, options);
      const inPond = params as typeof params & { readonly pond: string };
      let isTold = false;
      const told = {
        ...options,
        ...(options.output === undefined ? {} : { output: tellingOf(options.output, () => (isTold = true)) }),
      };
      for (let move = 0; ; move++) {
        try {
          return await attempt(name, inPond, told, move > 0);
        } catch (error) {
          if (error instanceof MovedOnError) {
            if (isTold || move >= readsMax) throw error.cause;
            continue;
          }
          // A stream cannot be read twice.
          if (!(error instanceof RemoteGoneError) || move === movesMax || options.input !== undefined) throw error;
        }
      }
    },
    async serve(name, params, options = {}) {
      const { pond } = params as { readonly pond: string };
      ponds.requireOwner(pond);
      const session = await ponds.session(pond, 'read');
      try {
        return await run(name, params, options);
      } catch (error) {
        throw await leaveLost(session, error);
      }
    },
    async close() {
      await ponds.closeAll();
      await parts.closeQueries();
    },
  };
}

/**
 * Reason why this process no longer owns a pond opened for writing; undefined when it does, or when that cannot be
 * determined.
 */
function lossOf(pond: ResourcePond): OwnershipLostError | undefined {
  try {
    pond.requireOwned();
    return undefined;
  } catch (error) {
    if (error instanceof OwnershipLostError) return error;
    if (isPondError(error)) return undefined;
    throw error;
  }
}

type Output = NonNullable<CallOptions['output']>;

/** Wraps `output`; calls `onUse` on each chunk. */
function tellingOf(output: Output, onUse: () => void): Output {
  return (chunk) => {
    onUse();
    return output(chunk);
  };
}
