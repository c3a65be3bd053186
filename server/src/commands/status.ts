import { nameChanges } from '../resources/countedChanges.ts';
import { type Command } from './context.ts';
import { changeInfo, commitInfo } from './info.ts';
import { upToDate } from './tree.ts';

/** The latest commit, the changes staged on it, and their conflicts. */
export const status: Command<'status'> = async (context, params) => {
  const pond = await upToDate(await context.ponds.get(params.pond, 'read'));
  const { head, staged, conflicts, foreignCommits, earlierForeignFiles, notices, setAside } = await pond.status();
  return {
    pond: pond.directory,
    id: pond.id,
    head: commitInfo(head),
    staged: (await nameChanges(staged, await pond.at('HEAD'), pond.fs)).map(changeInfo),
    conflicts: conflicts.map(({ path }) => path),
    foreignCommits: foreignCommits.map(({ version }) => version),
    foreignOperations: foreignCommits.map(({ version, operation, engine }) => ({
      version,
      operation: operation ?? null,
      engine: engine ?? null,
    })),
    earlierForeignFiles,
    notices,
    setAside,
  };
};
