import { type Command } from './context.ts';

/** Declares that the staged side of these conflicts is wanted. Fails `not-found` for a path without a conflict. */
export const keepStaged: Command<'keepStaged'> = async (context, { pond, paths }) => {
  await (await context.ponds.get(pond, 'write')).keepStaged(paths);
  return null;
};
