import { type Command } from './context.ts';
import { upToDate } from './tree.ts';

/** Runs a query and writes all of its result to a host file, which is replaced when it is there. */
export const queryToFile: Command<'queryToFile'> = async (context, { pond: directory, sql, at, format, file }) => {
  const pond = await upToDate(await context.ponds.get(directory, 'read'));
  const engine = await context.queries();
  return await engine.toFile(pond, { sql, ...(at === undefined ? {} : { at }) }, { format, file }, context.signal);
};
