import { PondError } from '../base/error.ts';
import { realPaths } from '../apply/realPaths.ts';
import { type Command } from './verb.ts';

/** Resolves conflicts in favor of the staged side. Fails `nothing-staged` when there are none. */
export const resolve: Command<'resolve'> = async (pond, { paths }) => {
  const kept = await pond.keepStaged(await realPaths(paths, [pond.fs, await pond.at('HEAD')]));
  if (kept === 0) throw new PondError('nothing-staged', `no conflict at ${paths.join(', ')}`);
  return null;
};
