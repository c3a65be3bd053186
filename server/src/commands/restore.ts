import { nameChanges } from '../resources/countedChanges.ts';
import { restoreScope } from '../apply/restoreScope.ts';
import { earlierPaths } from '../tinyfs/realPath.ts';
import { type Command } from './verb.ts';
import { changeInfo } from './info.ts';

/**
 * Stages the paths as they were at a version, through the links of that version; resources together with their names.
 * Fails `version-not-found`, `not-found` for a path in neither tree, and as restoreScope.
 */
export const restore: Command<'restore'> = async (pond, { paths, at }) => {
  const earlier = await pond.at(at);
  const real = await Promise.all(paths.map((path) => earlierPaths(path, earlier, pond.fs)));
  const scope = await restoreScope(real.flat(), earlier, pond.fs);
  const changes = await pond.restore(scope, at);
  return (await nameChanges(changes, await pond.at('HEAD'), pond.fs)).map(changeInfo);
};
