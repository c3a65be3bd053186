import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { joinPath, normalizePath } from '../tinyfs/path.ts';
import { type Command } from './verb.ts';
import { commitInfo } from './info.ts';
import { throwIfCancelled } from '../base/cancelled.ts';
import { existing } from './tree.ts';

/**
 * Commits, latest first; with a path, those that changed it or something below it. The name of a resource covers all
 * its content. Fails `not-found` for a path that no commit changed and where nothing is staged, and `version-not-found`
 * for a start that is not a commit.
 */
export const log: Command<'log'> = async (pond, { pond: _, ...options }, context) => {
  const path = options.path === undefined ? undefined : await loggedPath(pond, options.path);
  const commits = [];
  for await (const commit of pond.log({ ...options, ...(path === undefined ? {} : { path }) })) {
    throwIfCancelled(context.signal);
    commits.push(commitInfo(commit));
  }
  if (commits.length === 0 && options.path !== undefined && options.limit !== 0 && options.start === undefined) {
    await existing(await pond.fs.root(), options.path, false);
  }
  return commits;
};

/**
 * The path, without links, whose commits are requested: as it is now, as committed, or as it was before its removal.
 */
async function loggedPath(pond: ResourcePond, path: string): Promise<string> {
  // Loads the document parser, which the log of all commits does not need.
  const { pathInResource, realPaths } = await import('../apply/realPaths.ts');
  const head = await pond.at('HEAD');
  for (const fs of [pond.fs, head]) {
    const inResource = await pathInResource(fs, path);
    if (inResource !== undefined) return inResource;
  }
  const [kind, name] = normalizePath(path).names;
  if (kind !== undefined && name !== undefined) {
    for await (const { parent } of pond.log({ path: joinPath('/', kind, name), limit: 1 })) {
      const before = parent === undefined ? undefined : await pathInResource(await pond.at(String(parent)), path);
      if (before !== undefined) return before;
    }
  }
  const [real = path] = await realPaths([path], [pond.fs, head]);
  return real;
}
