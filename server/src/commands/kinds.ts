import { resourceKinds } from '../resources/registry.ts';
import { type PondsCommand } from './verb.ts';

/** The kinds of resources, in the order in which data flow through them. */
export const kinds: PondsCommand<'kinds'> = async () =>
  resourceKinds.map(({ kind, summary, example }) => ({ kind, summary, example }));
