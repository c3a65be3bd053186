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

/**
 * Writes one version of the series at `path` from consecutive groups that have no columns beyond those of the first,
 * until `isDue`. Requires at least one group. Rows stream into the pond as they arrive.
 */
export async function writeVersion(
  home: WorkingDirectory,
  path: string,
  groups: GroupQueue,
  isDue: () => boolean,
): Promise<WrittenVersion> {
  const first = (await groups.peek())!;
  const tally: Tally = { rows: 0, points: 0, maxTime: 0 };
  const { node } = await home.writeFile(path, versionBytes(first, groups, isDue, tally), { type: 'series' });
  return { ...tally, minTime: first.times[0]!, bytes: node.sizeBytes };
}

async function* versionBytes(
  first: RowGroup,
  groups: GroupQueue,
  isDue: () => boolean,
  tally: Tally,
): AsyncIterable<Uint8Array> {
  const file = startParquet([...first.columns.keys()]);
  let next: RowGroup | undefined = first;
  do {
    groups.drop();
    tally.rows += next.times.length;
    tally.points += next.points;
    tally.maxTime = next.times[next.times.length - 1]!;
    yield file.group(next);
    // Peeking at the next group waits for its pages.
    next = isDue() ? undefined : await groups.peek();
  } while (next !== undefined && [...next.columns.keys()].every((name) => first.columns.has(name)));
  yield file.end();
}
