import { type Command } from './verb.ts';

/** Rows of a result, fewer at its end. Fails `engine-unavailable` when the result was lost with a dead process. */
export const rows: Command<'rows'> = async (_pond, { resultId, start, count }, context) => {
  const engine = await context.queries();
  return await engine.rows(resultId, start, count);
};
