/**
 * Runs verbs on a pond that this process has open, or in the process that holds the pond. When that process dies, the
 * host opens the pond here and runs the verb again, as the verb's declaration allows.
 */
import { assert } from '../base/assert.ts';
import { isPondError, type PondError } from '../base/error.ts';
import { OwnershipLostError } from '../pond/ownership.ts';
import { type CommandName, type Params, type Result } from '../protocol/commands.ts';
import { type CallVerb } from '../protocol/verb.ts';
import { type QueryEngine } from '../sql/engine.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type CallOptions, type Host, RemoteGoneError } from './calls.ts';
import { type CommandContext, type Effects, type PondVerb, type Verb } from './verb.ts';
import { withNames } from './namedError.ts';
import { type Ponds } from './ponds.ts';
import { resultOfReplay } from './replay.ts';
import { type PondSession } from './session.ts';
import { verbs } from './verbs.ts';

/** Maximum number of times that a call follows a pond to the next process that holds it. */
const movesMax = 8;

/** Maximum number of times that a call reads again while other processes change the pond. */
const readsMax = 3;

/** Errors of what is gone, by damage or since another process changed the pond. */
const damageCodes: ReadonlySet<string> = new Set(['journal-damaged', 'pond-damaged']);

/** Another process committed or discarded staged changes while a reader without the lock was reading them. */
class MovedOnError extends Error {
  override readonly cause: PondError;

  constructor(cause: PondError) {
    super(cause.message, { cause });
    this.cause = cause;
  }
}

/** Dependencies of a host. */
interface HostParts {
  readonly ponds: Ponds;
  readonly queries: () => Promise<QueryEngine>;
  /** Closes the query engine if it was loaded. */
  readonly closeQueries: () => Promise<void>;
  readonly effects: Effects;
}

/** One call of a verb on a pond. */
interface Call<N extends CommandName> {
  readonly name: N;
  readonly verb: PondVerb<N>;
  readonly params: InPond<N>;
  readonly options: CallOptions;
}

type InPond<N extends CommandName> = Params<N> & { readonly pond: string; readonly at?: string };

/** The host of a process. It opens and loads nothing before the first call. */
export class CommandHost implements Host {
  readonly #parts: HostParts;

  constructor(parts: HostParts) {
    this.#parts = parts;
  }

  async call<N extends CommandName>(name: N, params: Params<N>, options: CallOptions = {}): Promise<Result<N>> {
    const verb: Verb<N> = verbs[name];
    assert(options.input === undefined || verb.stream === 'input', () => `${name} takes no input stream`);
    assert(options.output === undefined || verb.stream === 'output', () => `${name} has no output stream`);
    if (verb.access === 'none') return await (await verb.load())(this.#parts.ponds, params, options);
    return await this.#follow({ name, verb, params: params as InPond<N>, options });
  }

  async serve<N extends CommandName>(name: N, params: Params<N>, options: CallOptions = {}): Promise<Result<N>> {
    const { ponds } = this.#parts;
    const inPond = params as InPond<N>;
    ponds.requireOwner(inPond.pond);
    const verb: Verb<N> = verbs[name];
    if (verb.access === 'none') return await (await verb.load())(ponds, params, options);
    const session = await ponds.session(inPond.pond, 'read');
    // The pond moved to another process after the call was sent here.
    if (session.kind === 'attached') throw new RemoteGoneError();
    try {
      return await this.#run(session.pond, { name, verb, params: inPond, options });
    } catch (error) {
      throw await this.#lossOr(session, error);
    }
  }

  async close(): Promise<void> {
    await this.#parts.ponds.closeAll();
    await this.#parts.closeQueries();
  }

  /** Calls the process that holds the pond, and the next one when it dies. */
  async #follow<N extends CommandName>(call: Call<N>): Promise<Result<N>> {
    const { input, output } = call.options;
    let hasOutput = false;
    const noted = output && observed(output, () => (hasOutput = true));
    const observedCall = { ...call, options: { ...call.options, ...(noted && { output: noted }) } };
    for (let move = 0; ; move++) {
      try {
        return await this.#attempt(observedCall, { isReplay: move > 0 });
      } catch (error) {
        if (error instanceof MovedOnError) {
          if (hasOutput || move >= readsMax) throw error.cause;
          continue;
        }
        // A stream cannot be read twice.
        if (!(error instanceof RemoteGoneError) || move === movesMax || input !== undefined) throw error;
      }
    }
  }

  /** Runs a verb once. At a replay, a process that died before it answered may have carried it out. */
  async #attempt<N extends CommandName>(
    call: Call<N>,
    { isReplay }: { readonly isReplay: boolean },
  ): Promise<Result<N>> {
    const { name, verb, params, options } = call;
    const { ponds } = this.#parts;
    const session = await ponds.session(params.pond, verb.access, options.signal);
    const revision = session.kind === 'read' ? session.pond.revision : 0;
    try {
      if (session.kind !== 'attached') return await this.#run(session.pond, call);
      return await session.remote.call(name, { ...params, pond: session.directory }, options);
    } catch (error) {
      const done = isReplay ? await resultOfReplay(verb, params, error, this.#callOnce) : undefined;
      if (done !== undefined) return done.result;
      if (session.kind === 'read' && isPondError(error) && damageCodes.has(error.code)) {
        await session.pond.refresh();
        if (session.pond.revision !== revision) throw new MovedOnError(error);
      }
      if (session.kind === 'attached' && isPondError(error, 'lock-held')) {
        // The recorded owner released or lost the lock; reattach.
        await ponds.leave(session);
        throw new RemoteGoneError(error);
      }
      throw await this.#lossOr(session, error);
    }
  }

  readonly #callOnce: CallVerb = async (name, params) => {
    const verb: Verb<typeof name> = verbs[name];
    assert(verb.access !== 'none', () => `${name} works on no pond`);
    const call = { name, verb, params: params as InPond<typeof name>, options: {} };
    return await this.#attempt(call, { isReplay: false });
  };

  async #run<N extends CommandName>(pond: ResourcePond, { verb, params, options }: Call<N>): Promise<Result<N>> {
    const command = await verb.load();
    try {
      if (verb.freshness === 'latest') await pond.refresh();
      return await command(pond, params, this.#contextOf(options));
    } catch (error) {
      throw await withNames(error, pond, params.at);
    }
  }

  #contextOf({ signal, progress, input, output }: CallOptions): CommandContext {
    const { queries, effects } = this.#parts;
    return {
      queries,
      effects,
      input,
      output,
      signal: signal ?? new AbortController().signal,
      progress: progress ?? (() => {}),
      findResource: async (...named) => (await import('./findResource.ts')).findResource(...named),
      findCommitted: async (...named) => (await import('./findResource.ts')).findCommitted(...named),
    };
  }

  /**
   * Returns the reason why a command failed: the loss of the pond if that happened meanwhile, since it causes other
   * errors. The session of a lost pond ends, and the next command opens the pond again.
   */
  async #lossOr(session: PondSession, error: unknown): Promise<unknown> {
    if (session.kind === 'attached' || !isPondError(error)) return error;
    if (session.kind === 'read' && !(error instanceof OwnershipLostError)) return error;
    const loss = error instanceof OwnershipLostError ? error : lossOf(session.pond);
    if (loss !== undefined || isPondError(error, 'lock-held')) await this.#parts.ponds.lose(session, loss);
    return loss ?? error;
  }
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
function observed(output: Output, onUse: () => void): Output {
  return (chunk) => {
    onUse();
    return output(chunk);
  };
}
