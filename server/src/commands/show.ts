import { type Command } from './context.ts';
import { changeInfo, commitInfo } from './info.ts';
import { upToDate } from './tree.ts';

/** A commit and what it changed; the first commit has changed nothing. Fails `version-not-found`. */
export const show: Command<'show'> = async (context, params) => {
  const pond = await upToDate(await context.ponds.get(params.pond, 'read'));
  const commit = await pond.resolve(params.commit);
  const changes = commit.parent === undefined ? [] : await pond.diff(String(commit.parent), String(commit.number));
  return { commit: commitInfo(commit), changes: changes.map(changeInfo) };
};
