import { type Command } from './context.ts';
import { upToDate } from './tree.ts';

/** Runs a query and keeps its result for `rows`. Fails with the query codes, and `engine-unavailable`. */
export const query: Command<'query'> = async (context, { pond: directory, sql, at }) => {
  const pond = await upToDate(await context.ponds.get(directory, 'read'));
  const engine = await context.queries();
  return await engine.run(pond, { sql, ...(at === undefined ? {} : { at }) }, context.signal);
};
