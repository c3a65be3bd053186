import { nameChanges } from '../resources/countedChanges.ts';
import { comparedPaths } from '../tinyfs/realPath.ts';
import { type Command } from './verb.ts';
import { changeInfo } from './info.ts';

/**
 * Differences from a version (HEAD) to another (the working tree), in path order; links in the paths are followed, so
 * that the name of a resource covers all its content. Fails `version-not-found`, and `not-found` for a path on neither
 * side.
 */
export const diff: Command<'diff'> = async (pond, { from = 'HEAD', to, paths }) => {
  const [before, after] = [await pond.at(from), to === undefined ? pond.fs : await pond.at(to)];
  const changes = await pond.diff(from, to, paths && (await comparedPaths(paths, before, after)));
  return (await nameChanges(changes, before, after)).map(changeInfo);
};
