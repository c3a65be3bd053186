import { type Command } from './context.ts';
import { commitInfo } from './info.ts';
import { existing, throwIfCancelled, upToDate } from './tree.ts';

/**
 * Commits newest first; with a path, those that changed it or something below it. Fails `not-found` for a path that no
 * commit changed and where nothing is staged, and `version-not-found` for a start that is no commit.
 */
export const log: Command<'log'> = async (context, { pond: directory, ...options }) => {
  const pond = await upToDate(await context.ponds.get(directory, 'read'));
  const commits = [];
  for await (const commit of pond.log(options)) {
    throwIfCancelled(context.signal);
    commits.push(commitInfo(commit));
  }
  if (commits.length === 0 && options.path !== undefined && options.limit !== 0 && options.start === undefined) {
    await existing(await pond.fs.root(), options.path, false);
  }
  return commits;
};
