import { PondError } from '../base/error.ts';
import { type Command } from './context.ts';

/** Declares that the staged side of these conflicts is wanted. Fails `nothing-staged` when there are none. */
export const keepStaged: Command<'keepStaged'> = async (context, { pond, paths }) => {
  const kept = await (await context.ponds.get(pond, 'write')).keepStaged(paths);
  if (kept === 0) throw new PondError('nothing-staged', `nothing is in conflict at ${paths.join(', ')}`);
  return null;
};
