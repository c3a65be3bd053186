import { type PondsCommand } from './verb.ts';

/** Closes a pond. Staged changes stay staged. */
export const close: PondsCommand<'close'> = async (ponds, { pond }) => {
  await ponds.close(pond);
  return null;
};
