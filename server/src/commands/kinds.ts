import { resourceKinds } from '../resources/registry.ts';
import { type Command } from './context.ts';

/** The kinds of resources, by name. */
export const kinds: Command<'kinds'> = async () =>
  resourceKinds
    .map(({ kind, summary, example }) => ({ kind, summary, example }))
    .sort((a, b) => (a.kind < b.kind ? -1 : 1));
