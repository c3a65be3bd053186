import { resourceKinds } from '../resources/registry.ts';
import { type Command } from './context.ts';

/** The kinds of resources, in the order in which data flow through them. */
export const kinds: Command<'kinds'> = async () =>
  resourceKinds.map(({ kind, summary, example }) => ({ kind, summary, example }));
