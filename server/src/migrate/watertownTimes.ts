/** Times of series: what a Watertown pond recorded of each, compared with what the rows of the migrated series say. */
import { type TimeRange } from '../parquet/footer.ts';
import { readCoverage } from '../pond/seriesCoverage.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';

/**
 * Recorded times by the path of a series, absolute in the source: microseconds, or the unit of its column in old
 * releases.
 */
export type RecordedTimes = ReadonlyMap<string, TimeRange>;

/** Returns the range that covers two, of which either may be unknown. */
export function joinTimes(a: TimeRange | undefined, b: TimeRange | undefined): TimeRange | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return { minUs: Math.min(a.minUs, b.minUs), maxUs: Math.max(a.maxUs, b.maxUs) };
}

/** Microseconds in a second, a millisecond and a microsecond: old releases recorded numbers as the column has them. */
const units = [1, 1000, 1_000_000];
const namedMax = 5;

/** Returns sentences on how many series have the times that were recorded, and which have others; none without any. */
export async function timeNotes(recorded: RecordedTimes, migrated: WorkingDirectory): Promise<readonly string[]> {
  const others: string[] = [];
  for (const [path, stated] of recorded) {
    const isThere = (await migrated.get(path.slice(1), { followLinks: false }))?.node.type === 'series';
    const found = isThere ? (await readCoverage(migrated, path.slice(1))).time : undefined;
    const isSame = units.some((unit) => found?.minUs === stated.minUs * unit && found.maxUs === stated.maxUs * unit);
    if (!isSame) others.push(path);
  }
  const same = recorded.size - others.length;
  const named = others.slice(0, namedMax).join(', ');
  const more = others.length > namedMax ? ` and ${others.length - namedMax} more` : '';
  return [
    ...(same > 0 ? [`${same} series cover the times that the source recorded.`] : []),
    ...(others.length > 0 ? [`The source recorded other times than the rows have, of ${named}${more}.`] : []),
  ];
}
