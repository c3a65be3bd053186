import { PondError } from '../base/error.ts';
import { realPaths } from '../apply/realPaths.ts';
import { type Command } from './context.ts';

/** Resolves conflicts in favor of the staged side. Fails `nothing-staged` when there are none. */
export const keepStaged: Command<'keepStaged'> = async (context, { pond, paths }) => {
  const opened = await context.ponds.get(pond, 'write');
  const kept = await opened.keepStaged(await realPaths(paths, [opened.fs, await opened.at('HEAD')]));
  if (kept === 0) throw new PondError('nothing-staged', `nothing is in conflict at ${paths.join(', ')}`);
  return null;
};
