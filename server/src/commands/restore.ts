import { PondError } from '../base/error.ts';
import { nameChanges } from '../resources/countedChanges.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { restoreScope } from '../apply/restoreScope.ts';
import { earlierPaths } from '../tinyfs/realPath.ts';
import { type Command } from './verb.ts';
import { changeInfo } from './info.ts';

/**
 * Stages the paths as they were at a version, through the links of that version; resources together with their names.
 * Fails `version-not-found`, `not-found` for a path in neither tree, `conflict` with `keepStaged` where a staged edit
 * would be replaced, and as restoreScope.
 */
export const restore: Command<'restore'> = async (pond, { paths, at, keepStaged = false }) => {
  const earlier = await pond.at(at);
  const scope = await restoreScope(await earlierPaths(paths, earlier, pond.fs), earlier, pond.fs);
  if (keepStaged) await refuseReplaced(pond, scope, at);
  const changes = await pond.restore(scope, at);
  return (await nameChanges(changes, await pond.at('HEAD'), pond.fs)).map(changeInfo);
};

/** Fails `conflict` when what is staged in the scope would be lost: a removal is not, since nothing is in its place. */
async function refuseReplaced(pond: ResourcePond, scope: readonly string[], at: string): Promise<void> {
  const { staged } = await pond.status();
  if (staged.length === 0) return;
  const replaced = new Set((await pond.diff(at, undefined, scope)).map(({ path }) => path));
  const lost = staged.filter(({ path, after }) => after !== undefined && replaced.has(path));
  const [first] = lost;
  if (first === undefined) return;
  const which = lost.length === 1 ? `${first.path} has` : `${first.path} and ${lost.length - 1} more have`;
  throw new PondError('conflict', `${which} staged edits that would be lost`, { path: first.path });
}
