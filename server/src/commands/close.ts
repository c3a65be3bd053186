import { type Command } from './context.ts';

/** Closes a pond. Staged changes stay staged. */
export const close: Command<'close'> = async (context, { pond }) => {
  await context.ponds.close(pond);
  return null;
};
