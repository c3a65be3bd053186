import { type Command } from './context.ts';
import { commitInfo } from './info.ts';
import { throwIfCancelled, upToDate } from './tree.ts';

/** Commits newest first; with a path, those that changed it or something below it. */
export const log: Command<'log'> = async (context, { pond: directory, ...options }) => {
  const pond = await upToDate(await context.ponds.get(directory, 'read'));
  const commits = [];
  for await (const commit of pond.log(options)) {
    throwIfCancelled(context.signal);
    commits.push(commitInfo(commit));
  }
  return commits;
};
