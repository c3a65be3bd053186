import { restoreScope } from '../apply/restoreScope.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { stagedPaths } from '../tinyfs/realPath.ts';
import { type Command } from './verb.ts';
import { commitInfo } from './info.ts';

/**
 * Commits all staged changes, or those at or below the paths, through links; a resource's together with its name's. Fails
 * `nothing-staged`, `conflict`, and `resource-invalid` for a staged document with errors; everything stays staged then.
 */
export const commit: Command<'commit'> = async (pond, { message, author, paths }, context) => {
  const scope = paths && (await stagedScope(pond, paths));
  return commitInfo(await pond.commit({ message, author: author ?? context.effects.author }, scope));
};

/** Returns the real paths of the staged changes that some paths mean. Fails as restoreScope. */
export async function stagedScope(pond: ResourcePond, paths: readonly string[]): Promise<readonly string[]> {
  const head = await pond.at('HEAD');
  return await restoreScope(await stagedPaths(paths, head, pond.fs), head, pond.fs);
}
