import { type Command } from './context.ts';

/** Forgets a result. One that is gone already is fine. */
export const release: Command<'release'> = async (context, { resultId }) => {
  const engine = await context.queries();
  await engine.release(resultId);
  return null;
};
