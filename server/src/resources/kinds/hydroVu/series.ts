import { type WorkingDirectory } from '../../../tinyfs/workingDirectory.ts';
import { type RowGroup } from './readingWindow.ts';
import { type GroupQueue } from './rowGroups.ts';
import { startParquet } from './parquet.ts';

/** A written version of a series. Times are seconds since 1970 UTC. */
interface WrittenVersion {
  readonly rows: number;
  readonly points: number;
  readonly minTime: number;
  readonly maxTime: number;
  readonly bytes: number;
}

interface Tally {
  rows: number;
  points: number;
  maxTime: number;
}

/** Rows of a version. */
interface VersionSource {
  readonly groups: GroupQueue;
  readonly isDue: () => boolean;
  /** Called for each group that is written. */
  readonly onGroup: (group: RowGroup) => void;
}

/**
 * Writes one version of the series at `path` from consecutive groups that have no columns beyond those of the first,
 * until `isDue`. Requires at least one group. Rows stream into the pond as they arrive.
 */
export async function writeVersion(
  home: WorkingDirectory,
  path: string,
  { groups, isDue, onGroup }: VersionSource,
): Promise<WrittenVersion> {
  const first = (await groups.peek())!;
  const tally: Tally = { rows: 0, points: 0, maxTime: 0 };
  const onWritten = (group: RowGroup): void => {
    tally.rows += group.times.length;
    tally.points += group.points;
    tally.maxTime = group.times[group.times.length - 1]!;
    onGroup(group);
  };
  const bytes = versionBytes(first, { groups, isDue, onGroup: onWritten });
  const { node } = await home.writeFile(path, bytes, { type: 'series' });
  return { ...tally, minTime: first.times[0]!, bytes: node.sizeBytes };
}

/** Writes one version of the series at `path` with some rows, and returns its number of bytes. */
export async function writeRows(home: WorkingDirectory, path: string, rows: RowGroup): Promise<number> {
  const file = startParquet([...rows.columns.keys()]);
  const content = Buffer.concat([file.group(rows), file.end()]);
  const { node } = await home.writeFile(path, content, { type: 'series' });
  return node.sizeBytes;
}

async function* versionBytes(first: RowGroup, { groups, isDue, onGroup }: VersionSource): AsyncIterable<Uint8Array> {
  const file = startParquet([...first.columns.keys()]);
  let next: RowGroup | undefined = first;
  do {
    groups.drop();
    onGroup(next);
    yield file.group(next);
    // Peeking at the next group waits for its pages.
    next = isDue() ? undefined : await groups.peek();
  } while (next !== undefined && [...next.columns.keys()].every((name) => first.columns.has(name)));
  yield file.end();
}
