import { nameChanges } from '../resources/countedChanges.ts';
import { type Command } from './verb.ts';
import { copyStates } from './copyStates.ts';
import { commitInfo, replicaInfo } from './info.ts';
import { stagedChangeInfos } from './removedFiles.ts';

/** The latest commit, the changes staged on it, and their conflicts. */
export const status: Command<'status'> = async (pond) => {
  const { head, staged, stagedHash, conflicts, foreignCommits, earlierForeignFiles, notices, quarantined, replica } =
    await pond.status();
  const before = await pond.at('HEAD');
  return {
    pond: pond.directory,
    id: pond.id,
    head: commitInfo(head),
    staged: await stagedChangeInfos(await nameChanges(staged, before, pond.fs), await before.root()),
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
    backups: await copyStates(before, pond.stored),
    replica: replica === undefined ? null : replicaInfo(replica),
  };
};
