import { type CommandName, type Params, type Result } from '../../protocol/commands.ts';
import { type PondVerbFacts } from '../../protocol/verb.ts';
import { type Pond } from '../../pond/types.ts';
import { type FileSystem } from '../../tinyfs/fs.ts';
import { type Grants } from './grants.ts';
import { type Resource } from './kind.ts';

/** A verb that a kind of resource contributes: its facts, and its function, loaded on the first call. */
type KindVerb<N extends CommandName> = PondVerbFacts<N> & { readonly load: () => Promise<KindCommand<N>> };

/** Declarations of the verbs of a kind, by name. */
export type KindVerbs = { readonly [N in CommandName]?: KindVerb<N> };

/** Function of a kind's verb. */
export type KindCommand<N extends CommandName> = (
  pond: Pond,
  params: Params<N>,
  context: KindContext,
) => Promise<Result<N>>;

/** The part of a command's context that a kind's verb uses. */
export interface KindContext {
  readonly signal: AbortSignal;
  readonly progress: (message: string, done: number, total?: number) => void;
  readonly effects: { readonly env: (name: string) => string | undefined; readonly grants: Pick<Grants, 'has'> };
  /** Returns a checked resource of a kind in a tree. Fails `resource-not-found`, `resource-invalid`. */
  readonly findResource: (tree: FileSystem, kind: string, name: string) => Promise<Resource>;
  /** Returns one of the latest commit. Fails as findResource; the error says when it is staged. */
  readonly findCommitted: (pond: Pick<Pond, 'at' | 'fs'>, kind: string, name: string) => Promise<Resource>;
}
