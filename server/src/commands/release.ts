import { type Command } from './verb.ts';

/** Releases a result. A missing result is fine. */
export const release: Command<'release'> = async (_pond, { resultId }, context) => {
  const engine = await context.queries();
  await engine.release(resultId);
  return null;
};
