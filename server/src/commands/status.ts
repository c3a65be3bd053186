import { nameChanges } from '../resources/countedChanges.ts';
import { type Command } from './verb.ts';
import { copyStates } from './copyStates.ts';
import { changeInfo, commitInfo, replicaInfo } from './info.ts';

/** The latest commit, the changes staged on it, and their conflicts. */
export const status: Command<'status'> = async (pond) => {
  const { head, staged, stagedHash, conflicts, foreignCommits, earlierForeignFiles, notices, quarantined, replica } =
    await pond.status();
  return {
    pond: pond.directory,
    id: pond.id,
    head: commitInfo(head),
    staged: (await nameChanges(staged, await pond.at('HEAD'), pond.fs)).map(changeInfo),
    stagedHash,
    conflicts: conflicts.map(({ path }) => path),
    foreignCommits: foreignCommits.map(({ version }) => version),
    foreignOperations: foreignCommits.map(({ version, operation, engine, removedCommits }) => ({
      version,
      operation: operation ?? null,
      engine: engine ?? null,
      removedCommits,
    })),
    earlierForeignFiles,
    warnings: notices,
    quarantined,
    backups: await copyStates(await pond.at('HEAD'), pond.stored),
    replica: replica === undefined ? null : replicaInfo(replica),
  };
};
