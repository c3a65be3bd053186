import { refuseMissing } from '../pond/restore.ts';
import { nameChanges } from '../resources/countedChanges.ts';
import { type FileSystem } from '../tinyfs/fs.ts';
import { type Command } from './verb.ts';
import { changeInfo } from './info.ts';

/**
 * Differences from a version (HEAD) to another (the working tree), in path order; the name of a resource covers all its
 * content. Fails `version-not-found`, and `not-found` for a path on neither side.
 */
export const diff: Command<'diff'> = async (pond, { from = 'HEAD', to, paths }) => {
  const [before, after] = [await pond.at(from), to === undefined ? pond.fs : await pond.at(to)];
  const changes = await pond.diff(from, to, paths && (await realPathsOf(paths, [before, after])));
  if (changes.length === 0 && paths !== undefined) await refuseMissing(paths, [before, after]);
  return (await nameChanges(changes, before, after)).map(changeInfo);
};

/** Loaded only when a path is given: it loads the document parser. */
async function realPathsOf(paths: readonly string[], trees: readonly FileSystem[]): Promise<readonly string[]> {
  return await (await import('../apply/realPaths.ts')).realPaths(paths, trees);
}
