/** Facts about a verb that its callers and its host must know without loading it. */
import { type ErrorCode } from '../base/error.ts';
import { type CommandName, type Params, type Result } from './commands.ts';

/** Facts about a verb, as declared once; none has a default. */
export interface VerbFacts<N extends CommandName> {
  /**
   * Access to the pond in its params. A verb with 'none' works on the set of open ponds instead, and is never forwarded
   * to the process that holds one.
   */
  readonly access: 'none' | 'read' | 'write';
  /** 'trusted': it writes, runs code of others or uses the host, so a restricted workspace refuses it. */
  readonly trust: 'any' | 'trusted';
  /** 'latest': commits of other processes are loaded first. 'loaded': the state last loaded by this process suffices. */
  readonly freshness: 'latest' | 'loaded';
  readonly idempotency: Idempotency<N>;
  /** The stream that may replace the content in its params or its result. */
  readonly stream?: 'input' | 'output';
}

/**
 * Facts about a verb that works on a pond. One that writes needs trust: to open a pond for writing takes its lock and
 * repairs what a crash left, and other processes would then send their commands to the server of the restricted window.
 */
export type PondVerbFacts<N extends CommandName> = VerbFacts<N> &
  ({ readonly access: 'read' } | { readonly access: 'write'; readonly trust: 'trusted' });

/**
 * Treatment of a second call, sent because the process that received the first died before it answered.
 *
 * - 'safe': it changes nothing, so any caller may send it again.
 * - 'repeatable': the host carries it out again. Work that was done stays as it is, or is done once more.
 * - 'never': no caller sends it again.
 */
type Idempotency<N extends CommandName> = 'safe' | 'repeatable' | 'never' | AlreadyDone<N>;

/** The second call fails when the first was carried out, and is answered from the state that the first one left. */
interface AlreadyDone<N extends CommandName> {
  readonly failsWith: ErrorCode;
  /** Returns the result of the first call; undefined when the present state is not its work. */
  readonly result: (params: Params<N>, call: CallVerb) => Promise<Result<N> | undefined>;
}

/** Runs another verb on the same pond. */
export type CallVerb = <N extends CommandName>(name: N, params: Params<N>) => Promise<Result<N>>;
