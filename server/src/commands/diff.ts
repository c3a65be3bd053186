import { refuseMissing } from '../pond/restore.ts';
import { type Command } from './context.ts';
import { changeInfo } from './info.ts';
import { upToDate } from './tree.ts';

/**
 * Differences from a version (HEAD) to another (the working tree), in path order. Fails `version-not-found`, and
 * `not-found` for a path that is on neither side.
 */
export const diff: Command<'diff'> = async (context, { pond: directory, from = 'HEAD', to, paths }) => {
  const pond = await upToDate(await context.ponds.get(directory, 'read'));
  const changes = await pond.diff(from, to, paths);
  if (changes.length === 0 && paths !== undefined) {
    await refuseMissing(paths, [await pond.at(from), to === undefined ? pond.fs : await pond.at(to)]);
  }
  return changes.map(changeInfo);
};
