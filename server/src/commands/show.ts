import { nameChanges } from '../resources/countedChanges.ts';
import { type Command } from './verb.ts';
import { changeInfo, commitInfo, taggedCommits } from './info.ts';

/** A commit with its tags, and its changes; the first commit has none. Fails `version-not-found`. */
export const show: Command<'show'> = async (pond, params) => {
  const commit = await pond.resolve(params.commit);
  const [info = commitInfo(commit)] = await taggedCommits(pond, [commit]);
  if (commit.parent === undefined) return { commit: info, changes: [] };
  const [from, to] = [String(commit.parent), String(commit.number)];
  const changes = await nameChanges(await pond.diff(from, to), await pond.at(from), await pond.at(to));
  return { commit: info, changes: changes.map(changeInfo) };
};
