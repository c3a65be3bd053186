/**
 * Small versions of a series are put together before they are combined: to open a file costs as much as many rows. Rows
 * keep their order. Where one merged file ends and the next begins is told by the versions' own keys, so that one
 * version more makes a few merged files anew, whatever the length of the series.
 */
import { literal, literalList } from '../../../duckdb/sql.ts';
import { type HostFile } from '../../../pond/types.ts';
import { type FileFacts } from '../../../sandbox/build.ts';
import { keyOf } from '../../../materialize/contentKey.ts';
import { type Job } from '../../../base/job.ts';
import { areAlike } from '../../series/alike.ts';
import { type GroupLimits, groupAdjacent } from '../../series/groups.ts';
import { mapLimit } from '../../../base/mapLimit.ts';
import { type Materializer } from '../../../materialize/materializer.ts';

/** Up to so many files are left as they are. */
const filesMin = 16;

const limits: GroupLimits = { sizeBytesMax: 256 * 1024, countMax: 64 };

/** So many groups are looked into and merged side by side. */
const groupsAtOnce = 2;

/**
 * Returns the files of a series with small neighbors merged, in their order. Only files whose columns of the same name
 * have the same type are merged: a row has NULL, which never wins, in the columns that its file does not have.
 */
export async function mergeSmall(
  files: readonly HostFile[],
  workshop: Materializer,
  job: Job,
): Promise<readonly HostFile[]> {
  if (files.length <= filesMin) return files;
  const groups = groupAdjacent(files, limits);
  const merged = await mapLimit(groups, groupsAtOnce, (group) => mergeGroup(group, workshop, job));
  const fewer = merged.flat();
  // What was merged may be small still.
  return fewer.length < files.length ? await mergeSmall(fewer, workshop, job) : files;
}

async function mergeGroup(group: readonly HostFile[], workshop: Materializer, job: Job): Promise<readonly HostFile[]> {
  if (group.length === 1 || !(await fitTogether(group, workshop, job))) return group;
  const write = async (target: string, { signal }: Job): Promise<void> => {
    const reads = group.map(({ hostPath }) => hostPath);
    await workshop.builder.run({ statements: [mergeSql(reads, target)], reads, writes: [target] }, signal);
  };
  return [await workshop.file(keyOf('combine merged', 1, ...group.map(({ key }) => key)), write, job)];
}

async function fitTogether(group: readonly HostFile[], workshop: Materializer, job: Job): Promise<boolean> {
  if (await areAlike(group, workshop, job)) return true;
  return haveOneTypePerName(await mapLimit(group, groupsAtOnce, (file) => workshop.inspect([file], job)));
}

/** DuckDB takes names in any case for the same; what is said of those that differ in it is said of the files. */
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

function mergeSql(hostPaths: readonly string[], target: string): string {
  return `COPY (FROM read_parquet(${literalList(hostPaths)}, union_by_name = true)) TO ${literal(target)} (FORMAT parquet)`;
}
