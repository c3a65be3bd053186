/**
 * Merges small versions of a series before they are combined: opening a file costs as much as reading many rows. Rows
 * keep their order. Boundaries of merged files depend on the versions' own keys, so an additional version rebuilds only
 * a few merged files, regardless of the length of the series.
 */
import { type HostFile } from '../../../pond/hostFile.ts';
import { type FileFacts } from '../../../sandbox/build.ts';
import { keyOf } from '../../../materialize/contentKey.ts';
import { type GroupLimits, groupAdjacent } from '../../../base/groupAdjacent.ts';
import { type Job } from '../../../base/job.ts';
import { areAlike } from '../../series/alike.ts';
import { readParquet, writeParquet } from '../../series/readParquet.ts';
import { sql } from '../../../duckdb/sql.ts';
import { mapLimit } from '../../../base/mapLimit.ts';
import { type Materializer } from '../../../materialize/materializer.ts';

/** Up to this many files are left unmerged. */
const filesMin = 16;

const limits: GroupLimits = { sizeBytesMax: 256 * 1024, countMax: 64 };

/** Number of groups inspected and merged concurrently. */
const groupsAtOnce = 2;

/**
 * Returns the files of a series with small adjacent ones merged, in order. Merges only files whose columns of the same
 * name have the same type: in columns that its file lacks, a row has NULL, which never takes precedence.
 */
export async function mergeSmall(
  files: readonly HostFile[],
  materializer: Materializer,
  job: Job,
): Promise<readonly HostFile[]> {
  if (files.length <= filesMin) return files;
  const groups = groupAdjacent(files, limits);
  const merged = await mapLimit(groups, groupsAtOnce, (group) => mergeGroup(group, materializer, job));
  const fewer = merged.flat();
  // Merged files may still be small.
  return fewer.length < files.length ? await mergeSmall(fewer, materializer, job) : files;
}

async function mergeGroup(
  group: readonly HostFile[],
  materializer: Materializer,
  job: Job,
): Promise<readonly HostFile[]> {
  if (group.length === 1 || !(await fitTogether(group, materializer, job))) return group;
  return [await mergeFiles(group, materializer, job)];
}

/** Returns one file with the rows of files that fit together, at least one, in their order. */
export async function mergeFiles(group: readonly HostFile[], materializer: Materializer, job: Job): Promise<HostFile> {
  const write = async (target: string, { signal }: Job): Promise<void> => {
    const reads = group.map(({ hostPath }) => hostPath);
    await materializer.builder.run(
      { statements: [writeParquet(sql`FROM ${readParquet(reads)}`, target)], reads, writes: [target] },
      signal,
    );
  };
  return await materializer.file(keyOf('combine merged', 1, ...group.map(({ key }) => key)), write, job);
}

async function fitTogether(group: readonly HostFile[], materializer: Materializer, job: Job): Promise<boolean> {
  if (await areAlike(group, materializer, job)) return true;
  return haveOneTypePerName(await mapLimit(group, groupsAtOnce, (file) => materializer.inspect([file], job)));
}

/** Column names in DuckDB are case-insensitive; names that differ only in case are reported for the original files. */
function haveOneTypePerName(files: readonly FileFacts[]): boolean {
  const columns = new Map<string, string>();
  for (const { name, type } of files.flatMap((facts) => facts.columns)) {
    const column = `${name} ${type}`;
    const other = columns.get(name.toLowerCase()) ?? column;
    if (other !== column) return false;
    columns.set(name.toLowerCase(), column);
  }
  return true;
}
