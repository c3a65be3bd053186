import { nameChanges } from '../resources/countedChanges.ts';
import { type Command } from './context.ts';
import { changeInfo, commitInfo } from './info.ts';
import { upToDate } from './tree.ts';

/** A commit and its changes; the first commit has none. Fails `version-not-found`. */
export const show: Command<'show'> = async (context, params) => {
  const pond = await upToDate(await context.ponds.get(params.pond, 'read'));
  const commit = await pond.resolve(params.commit);
  if (commit.parent === undefined) return { commit: commitInfo(commit), changes: [] };
  const [from, to] = [String(commit.parent), String(commit.number)];
  const changes = await nameChanges(await pond.diff(from, to), await pond.at(from), await pond.at(to));
  return { commit: commitInfo(commit), changes: changes.map(changeInfo) };
};
