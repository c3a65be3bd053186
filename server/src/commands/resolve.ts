import { PondError } from '../base/error.ts';
import { stagedPaths } from '../tinyfs/realPath.ts';
import { type Command } from './verb.ts';

/** Resolves conflicts in favor of the staged side. Fails `nothing-staged` when there are none. */
export const resolve: Command<'resolve'> = async (pond, { paths }) => {
  const head = await pond.at('HEAD');
  const real = await Promise.all(paths.map((path) => stagedPaths(path, head, pond.fs)));
  const kept = await pond.keepStaged(real.flat());
  if (kept === 0) throw new PondError('nothing-staged', `no conflict at ${paths.join(', ')}`);
  return null;
};
