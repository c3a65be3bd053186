import { nameChanges } from '../resources/countedChanges.ts';
import { type Commit } from '../pond/commitRecord.ts';
import { type Command } from './verb.ts';
import { copyStates } from './copyStates.ts';
import { commitInfo, isoTime, replicaInfo } from './info.ts';
import { stagedChangeInfos } from './removedFiles.ts';

/** Difference of clocks that is no reason to look at them, microseconds. */
const clocksApartUs = 10 * 60 * 1e6;

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
    warnings: [...notices, ...clockWarnings(head)],
    quarantined,
    backups: await copyStates(before, pond.stored),
    replica: replica === undefined ? null : replicaInfo(replica),
  };
};

/** Says that the latest commit is of the future: as times only go forward, later commits get times right after it. */
function clockWarnings({ number, timeUs }: Commit): readonly string[] {
  if (timeUs - Date.now() * 1000 < clocksApartUs) return [];
  const time = isoTime(timeUs);
  return [
    `commit ${number} has the time ${time}, and the clock of this computer is earlier: until then, commits get times after it. Set the clock that is wrong.`,
  ];
}
