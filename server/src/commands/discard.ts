import { type Command } from './context.ts';

/** Takes staged changes back: those at or below the paths, or all. */
export const discard: Command<'discard'> = async (context, { pond, paths }) => {
  return { discarded: await (await context.ponds.get(pond, 'write')).discard(paths) };
};
