import { PondError } from '../base/error.ts';
import { takenBackWith } from '../resources/apply/takenBack.ts';
import { type Command } from './context.ts';

/**
 * Takes staged changes back: those at or below the paths, or all; a resource's with its name's. Fails `nothing-staged`
 * when there are none, and as takenBackWith.
 */
export const discard: Command<'discard'> = async (context, { pond: directory, paths }) => {
  const pond = await context.ponds.get(directory, 'write');
  const together = paths && (await takenBackWith(paths, await pond.at('HEAD'), pond.fs));
  const discarded = await pond.discard(together);
  if (discarded > 0) return { discarded };
  const where = paths === undefined ? 'there is nothing to discard' : `nothing is staged at ${paths.join(', ')}`;
  throw new PondError('nothing-staged', where);
};
