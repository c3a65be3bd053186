/** Checks of a pond of 2025 before anything of it is written: every file against its hash, every path once. */
import { type Job } from '../base/job.ts';
import { throwIfCancelled } from '../base/cancelled.ts';
import { problemIn, readThrough, targetProblem, wholeContent } from './checkedContent.ts';
import { followed } from './followed.ts';
import { parquetRows } from './parquetRows.ts';
import { isSpecTable } from './pocCommits.ts';
import { type PocEntryType } from './pocEntries.ts';
import { type PocHistory, type PocVersion } from './pocHistory.ts';
import { isProgressTable } from './pocProgress.ts';
import { type SourceFindings } from './source.ts';

const parquetMagic = 'PAR1';

/** Types in the words of a pond. */
const wordOf: Readonly<Record<PocEntryType, string>> = {
  ...{ tree: 'directory', table: 'table', series: 'series', data: 'file', syntree: 'computed directory' },
  symlink: 'link',
};

/** Returns the versions of a history that are sound, in order; adds the others to the findings. Reads every file. */
export async function soundVersions(
  { states }: PocHistory,
  findings: SourceFindings,
  job: Job,
): Promise<ReadonlySet<PocVersion>> {
  const types = new Map<string, PocEntryType>();
  const sound = new Set<PocVersion>();
  const versions = states.flatMap(({ added }) => added);
  for (const [index, version] of versions.entries()) {
    throwIfCancelled(job.signal);
    if (index % progressEvery === 0) job.progress?.('checking files', index, versions.length);
    const conflict = conflictOf(version, types);
    if (conflict !== undefined) {
      findings.left.push({
        path: version.location,
        reason: conflict,
        hint: 'Copy the file out of the source by hand.',
      });
      continue;
    }
    types.set(version.path, version.type);
    const problem = await contentProblem(version, job);
    if (problem === undefined) sound.add(version);
    else findings.damage.push({ path: version.location, problem });
  }
  return sound;
}

const progressEvery = 64;

/** Returns why a pond cannot hold a version where it is: one name may be two things in the source. */
function conflictOf({ path, type }: PocVersion, types: ReadonlyMap<string, PocEntryType>): string | undefined {
  const other = types.get(path);
  if (other !== undefined && other !== type) return `its name is also that of a ${wordOf[other]}`;
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    const above = types.get(path.slice(0, slash)) ?? 'tree';
    if (above !== 'tree') return `it is below ${path.slice(0, slash)}, which is also a ${wordOf[above]}`;
  }
  return undefined;
}

/** True for a table that the migration itself reads. */
const isReadAsRows = (version: PocVersion): boolean =>
  version.type === 'syntree' || isSpecTable(version) || isProgressTable(version);

/** Returns what is wrong with the content of a version; undefined when it is as its hash says. */
async function contentProblem(version: PocVersion, job: Job): Promise<string | undefined> {
  const { type, path, sizeBytes, location, target, open } = version;
  if (type === 'tree') return undefined;
  if (type === 'symlink') return target === undefined ? undefined : targetProblem(target);
  try {
    if (isReadAsRows(version)) await parquetRows(await wholeContent(await open(), location), location);
    const { first, last } = await readThrough(followed(await open(), job, { step: `checking ${path}`, sizeBytes }));
    const isParquet = first === parquetMagic && last === parquetMagic;
    return type === 'data' || isParquet ? undefined : `a ${wordOf[type]} must be Parquet, and this is not`;
  } catch (error) {
    return problemIn(error, location);
  }
}
