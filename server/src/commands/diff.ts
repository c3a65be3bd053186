import { type Change } from '../pond/change.ts';
import { type Params } from '../protocol/commands.ts';
import { nameChanges } from '../resources/countedChanges.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { comparedPaths } from '../tinyfs/realPath.ts';
import { type Command } from './verb.ts';
import { changeInfo } from './info.ts';
import { treeAt } from '../pond/treeAt.ts';

/**
 * Differences from a version (HEAD) to another (the working tree), in path order; links in the paths are followed, so
 * that the name of a resource covers all its content. Fails `version-not-found`, and `not-found` for a path on neither
 * side.
 */
export const diff: Command<'diff'> = async (pond, versions) => {
  const { before, after, changes } = await comparison(pond, versions);
  return (await nameChanges(changes, before, after)).map(changeInfo);
};

/** Returns the trees of two versions and their differences. Fails as diff. */
export async function comparison(
  pond: ResourcePond,
  { from = 'HEAD', to, paths }: Pick<Params<'diff'>, 'from' | 'to' | 'paths'>,
): Promise<{ readonly before: FileSystem; readonly after: FileSystem; readonly changes: readonly Change[] }> {
  const [before, after] = [await pond.at(from), await treeAt(pond, to)];
  const changes = await pond.diff(from, to, paths && (await comparedPaths(paths, before, after)));
  return { before, after, changes };
}
