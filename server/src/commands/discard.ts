import { PondError } from '../base/error.ts';
import { type Command } from './context.ts';

/** Takes staged changes back: those at or below the paths, or all. Fails `nothing-staged` when there are none. */
export const discard: Command<'discard'> = async (context, { pond, paths }) => {
  const discarded = await (await context.ponds.get(pond, 'write')).discard(paths);
  if (discarded > 0) return { discarded };
  const where = paths === undefined ? 'there is nothing to discard' : `nothing is staged at ${paths.join(', ')}`;
  throw new PondError('nothing-staged', where);
};
