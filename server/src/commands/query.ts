import { type Command } from './verb.ts';

/** Runs a query and keeps its result for `rows`. Fails with the query codes, and `engine-unavailable`. */
export const query: Command<'query'> = async (pond, { pond: _, ...request }, context) => {
  const engine = await context.queries();
  return await engine.run(pond, request, context.signal);
};
