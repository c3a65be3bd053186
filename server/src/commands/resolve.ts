import { PondError } from '../base/error.ts';
import { stagedPaths } from '../tinyfs/realPath.ts';
import { type Command } from './verb.ts';

/** Resolves conflicts in favor of the staged side. Fails `nothing-staged` when there are none. */
export const resolve: Command<'resolve'> = async (pond, { paths }) => {
  const kept = await pond.keepStaged(await stagedPaths(paths, await pond.at('HEAD'), pond.fs));
  if (kept === 0) throw new PondError('nothing-staged', `no conflict at ${paths.join(', ')}`);
  return null;
};
