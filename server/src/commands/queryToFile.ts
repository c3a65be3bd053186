import { type Command } from './context.ts';
import { requireOutside } from './hostPlace.ts';
import { upToDate } from './tree.ts';

/**
 * Runs a query and writes all of its result to a host file, which is replaced when it is there. Not in the pond's own
 * folder.
 */
export const queryToFile: Command<'queryToFile'> = async (context, { pond: directory, sql, at, format, file }) => {
  requireOutside(directory, file);
  const pond = await upToDate(await context.ponds.get(directory, 'read'));
  const engine = await context.queries();
  return await engine.toFile(pond, { sql, ...(at === undefined ? {} : { at }) }, { format, file }, context.signal);
};
