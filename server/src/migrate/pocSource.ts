/** A pond of 2025 as a source of a migration: its directory, or its backup in a bucket. */
import { groupBy } from '../base/groupBy.ts';
import { type Job } from '../base/job.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { soundVersions } from './pocChecks.ts';
import { placeOf, pocCommits } from './pocCommits.ts';
import { type DigestEntry, pocDigest, pondDigest } from './pocDigest.ts';
import { documentName } from './pocDocuments.ts';
import { type PocHistory, type PocVersion } from './pocHistory.ts';
import { isProgressTable, progressChanges } from './pocProgress.ts';
import { type FinalChanges, type SourceHistory, type TreeComparison } from './source.ts';

/** Returns the commits of a history, of which every file was read and checked. */
export async function pocSource(
  history: PocHistory,
  { system, close = () => undefined }: { readonly system: string; readonly close?: () => void },
  job: Job,
): Promise<SourceHistory> {
  const { damage, left } = history;
  const sound = await soundVersions(history, history, job);
  const { commits, secrets } = await pocCommits(history, sound, history);
  const versions = history.states.flatMap(({ added }) => added);
  return {
    ...{ system, commits, damage, left, secrets, close },
    notes: notesOf(versions),
    finish: (migrated) => finalChanges([...sound], migrated),
    compare: (migrated) => compareHomes(versions, migrated),
  };
}

function notesOf(versions: readonly PocVersion[]): readonly string[] {
  const moved = [...new Set(versions.map(({ path }) => path))].filter((path) => placeOf(path) !== path);
  return moved.map((path) => `${path} is at ${placeOf(path)}: resources use its name for their own files.`);
}

async function finalChanges(sound: readonly PocVersion[], migrated: WorkingDirectory): Promise<FinalChanges> {
  const homes = groupBy(sound.filter(isProgressTable), ({ path }) => path.slice(0, path.lastIndexOf('/')));
  const all = await Promise.all([...homes].map(([home, own]) => progressChanges(home, own, migrated)));
  return { changes: all.flatMap(({ changes }) => changes), notes: all.flatMap(({ notes }) => notes) };
}

async function compareHomes(
  versions: readonly PocVersion[],
  migrated: WorkingDirectory,
): Promise<readonly TreeComparison[]> {
  const latest = latestByDirectory(versions);
  const kinds = directoriesIn('/', latest);
  const homes = kinds.flatMap((kind) => directoriesIn(kind, latest));
  const comparisons: TreeComparison[] = [];
  for (const home of homes) comparisons.push(await compareHome(home, latest, migrated));
  return comparisons;
}

function directoriesIn(path: string, latest: Latest): readonly string[] {
  return [...(latest.get(path)?.values() ?? [])].flatMap((one) => (one.type === 'tree' ? [one.path] : []));
}

type Latest = ReadonlyMap<string, ReadonlyMap<string, PocVersion>>;

/** Returns the version of each name with the highest number, by directory. */
function latestByDirectory(versions: readonly PocVersion[]): Latest {
  const latest = new Map<string, Map<string, PocVersion>>();
  for (const version of versions) {
    const slash = version.path.lastIndexOf('/');
    const directory = version.path.slice(0, slash) || '/';
    const names = latest.get(directory) ?? new Map<string, PocVersion>();
    latest.set(directory, names);
    const name = version.path.slice(slash + 1);
    if ((names.get(name)?.number ?? -1) <= version.number) names.set(name, version);
  }
  return latest;
}

async function compareHome(path: string, latest: Latest, migrated: WorkingDirectory): Promise<TreeComparison> {
  const sourceHash = digestOf(path, latest);
  const home = path.slice(1);
  if ((await migrated.get(home)) === undefined) return { path, sourceHash, migratedHash: pocDigest([]) };
  const others = new Map<string, DigestEntry | undefined>([[documentName, undefined]]);
  for (const [directory, names] of latest) {
    if (directory !== path && !directory.startsWith(`${path}/`)) continue;
    for (const [name, version] of names) {
      const isElsewhere = version.type === 'syntree' || placeOf(version.path) !== version.path;
      if (isElsewhere) others.set(version.path.slice(path.length + 1), { ...version, name });
    }
  }
  return { path, sourceHash, migratedHash: await pondDigest(await migrated.openDirectory(home), others) };
}

function digestOf(directory: string, latest: Latest): string {
  return pocDigest(
    [...(latest.get(directory) ?? [])].map(([name, { type, sizeBytes, sha256, path }]) => {
      return { name, type, sizeBytes, sha256: type === 'tree' ? digestOf(path, latest) : sha256 };
    }),
  );
}
