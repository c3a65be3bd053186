import { removeEntries } from '../apply/resourceMoves.ts';
import { type Command } from './verb.ts';

/**
 * Stages the removal of the paths, all or none; of links themselves, but of resources together with their names. Fails
 * as removeEntries.
 */
export const remove: Command<'remove'> = async ({ fs }, { paths, recursive }) => {
  await removeEntries(fs, paths, { recursive });
  return { removed: paths.length };
};
