import { type CommandName, type Params, type Result } from '../protocol/commands.ts';
import { type VerbFacts } from '../protocol/verb.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type CommandContext, type PondAccess } from './context.ts';

/**
 * Function of a verb that works on a pond. The host opens the pond as the declaration requires. Fails with a PondError,
 * which the request boundary turns into a response.
 */
export type Command<N extends CommandName> = (
  pond: ResourcePond,
  params: Params<N>,
  context: CommandContext,
) => Promise<Result<N>>;

/** Function of a verb that works on the set of open ponds. Fails with a PondError. */
export type PondsCommand<N extends CommandName> = (ponds: PondAccess, params: Params<N>) => Promise<Result<N>>;

/** A verb: its facts, and its function, loaded on the first call. */
export type Verb<N extends CommandName> = PondVerb<N> | PondsVerb<N>;

/** A verb that works on a pond. */
export interface PondVerb<N extends CommandName> extends VerbFacts<N> {
  readonly access: 'read' | 'write';
  readonly load: () => Promise<Command<N>>;
}

/** A verb that works on the set of open ponds. */
interface PondsVerb<N extends CommandName> extends VerbFacts<N> {
  readonly access: 'none';
  readonly load: () => Promise<PondsCommand<N>>;
}

/** Declarations of some verbs, by name. */
export type SomeVerbs = { readonly [N in CommandName]?: Verb<N> };
