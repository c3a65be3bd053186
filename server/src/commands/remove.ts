import { removeEntries } from '../apply/resourceMoves.ts';
import { type Command } from './context.ts';

/**
 * Stages the removal of the paths, all or none; of links themselves, but of resources together with their names. Fails
 * as removeEntries.
 */
export const remove: Command<'remove'> = async (context, { pond: directory, paths, recursive }) => {
  const { fs } = await context.ponds.get(directory, 'write');
  await removeEntries(fs, paths, { recursive });
  return { removed: paths.length };
};
