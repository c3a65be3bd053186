import { type Command } from './context.ts';

/** Releases a result. A missing result is fine. */
export const release: Command<'release'> = async (context, { resultId }) => {
  const engine = await context.queries();
  await engine.release(resultId);
  return null;
};
