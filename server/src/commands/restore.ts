import { nameChanges } from '../resources/countedChanges.ts';
import { restoreScope } from '../apply/restoreScope.ts';
import { type Command } from './verb.ts';
import { changeInfo } from './info.ts';

/**
 * Stages the paths as they were at a version, resources together with their names. Fails `version-not-found`,
 * `not-found` for a path in neither tree, and as restoreScope.
 */
export const restore: Command<'restore'> = async (pond, { paths, at }) => {
  const scope = await restoreScope(paths, await pond.at(at), pond.fs);
  const changes = await pond.restore(scope, at);
  return (await nameChanges(changes, await pond.at('HEAD'), pond.fs)).map(changeInfo);
};
