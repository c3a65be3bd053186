import { type Command } from './context.ts';

/** Rows of a result, fewer at its end. Fails `engine-unavailable` when the result was lost with a dead process. */
export const rows: Command<'rows'> = async (context, { resultId, start, count }) => {
  const engine = await context.queries();
  return await engine.rows(resultId, start, count);
};
