import { type Command } from './context.ts';
import { changeInfo, commitInfo } from './info.ts';
import { upToDate } from './tree.ts';

/** The newest commit, what is staged on it, and what stands in its way. */
export const status: Command<'status'> = async (context, params) => {
  const pond = await upToDate(await context.ponds.get(params.pond, 'read'));
  const { head, staged, conflicts, foreignCommits, notices } = await pond.status();
  return {
    pond: pond.directory,
    id: pond.id,
    head: commitInfo(head),
    staged: staged.map(changeInfo),
    conflicts: conflicts.map(({ path }) => path),
    foreignCommits,
    notices,
  };
};
