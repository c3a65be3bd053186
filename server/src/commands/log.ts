import { PondError } from '../base/error.ts';
import { type LogOptions } from '../pond/types.ts';
import { type ResourcePond } from '../resources/tree/resourcePond.ts';
import { type RealPath, realPath } from '../tinyfs/realPath.ts';
import { type Command } from './verb.ts';
import { commitInfo } from './info.ts';
import { throwIfCancelled } from '../base/cancelled.ts';

/**
 * Commits, latest first; with a path, those that changed what it leads to, or something below that: the name of a resource
 * covers all its content. Without `followLinks`, a link at the end of the path means itself. Fails `not-found` for a path
 * that no commit changed and where nothing is staged, and `version-not-found` for a start that is not a commit.
 */
export const log: Command<'log'> = async (pond, { pond: _, path, followLinks = true, ...range }, context) => {
  if (path === undefined) return await commitsOf(pond, range, context.signal);
  const now = await realPath(pond.fs, path);
  const found = now.node === undefined ? await beforeRemoval(pond, path) : now;
  const logged = followLinks ? found.path : found.last.path;
  const commits = await commitsOf(pond, { ...range, path: logged }, context.signal);
  if (commits.length > 0 || range.limit === 0 || range.start !== undefined) return commits;
  if (now.last.node === undefined) throw now.problem ?? new PondError('not-found', `nothing is at ${path}`, { path });
  // What a dangling link leads to may never have existed: then there is only the link itself.
  return await commitsOf(pond, { ...range, path: now.last.path }, context.signal);
};

async function commitsOf(
  pond: ResourcePond,
  options: LogOptions,
  signal: AbortSignal,
): Promise<ReturnType<typeof commitInfo>[]> {
  const commits = [];
  for await (const commit of pond.log(options)) {
    throwIfCancelled(signal);
    commits.push(commitInfo(commit));
  }
  return commits;
}

/** What the path led to in the latest commit that has it, going back from removal to removal. */
async function beforeRemoval(pond: ResourcePond, path: string): Promise<RealPath> {
  const committed = await realPath(await pond.at('HEAD'), path);
  let [found, start]: [RealPath, number | undefined] = [committed, undefined];
  while (found.missing !== undefined) {
    const range: LogOptions = { path: found.missing, limit: 1, ...(start === undefined ? {} : { start }) };
    for await (const { parent } of pond.log(range)) start = parent;
    if (start === undefined || start === range.start) return committed;
    found = await realPath(await pond.at(String(start)), path);
  }
  return found;
}
