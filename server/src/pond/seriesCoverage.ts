/** Time that the versions of a series cover, from the facts about them: no content is read. */
import { type TimeRange } from '../parquet/footer.ts';
import { type WorkingDirectory } from '../tinyfs/workingDirectory.ts';
import { versionFacts } from './series.ts';
import { type VersionFacts } from './versionFacts.ts';

/** Time between two versions, or in both of them; microseconds since 1970 UTC. */
interface Stretch {
  readonly startUs: number;
  readonly endUs: number;
}

/** Times of a series. */
export interface SeriesCoverage {
  readonly versions: number;
  /** Rows of the versions that state their number. */
  readonly rows: number;
  /** Range of the versions that have one; undefined without any. */
  readonly time: TimeRange | undefined;
  /** Versions whose range is unknown: they may cover any time, and count in neither gaps nor overlaps. */
  readonly unknown: number;
  /** Median over the versions of the mean time between their rows, microseconds; undefined without two rows. */
  readonly stepUs: number | undefined;
  /** Times longer than `gapSteps` usual steps between the end of a version and the start of the next, in order. */
  readonly gaps: readonly Stretch[];
  /** Times that several versions cover, in order and apart from each other. */
  readonly overlaps: readonly Stretch[];
}

/** Steps without a row that are a gap. */
const gapSteps = 10;

/** Returns what a stored series at a path covers. Fails `not-found`, and as the pond does. */
export async function readCoverage(root: WorkingDirectory, path: string): Promise<SeriesCoverage> {
  const facts: VersionFacts[] = [];
  for await (const version of root.versions(path)) facts.push(versionFacts(version));
  return seriesCoverage(facts);
}

/** Returns what versions cover, in any order. */
export function seriesCoverage(versions: readonly VersionFacts[]): SeriesCoverage {
  const timed = versions.flatMap(({ time, rows }) => (time === undefined ? [] : [{ ...time, rows: rows ?? 0 }]));
  const stepUs = median(
    timed.flatMap(({ minUs, maxUs, rows }) => (rows > 1 && maxUs > minUs ? [(maxUs - minUs) / (rows - 1)] : [])),
  );
  const gaps: Stretch[] = [];
  const overlaps: Stretch[] = [];
  let reach = -Infinity;
  const sorted = timed.toSorted((a, b) => a.minUs - b.minUs || a.maxUs - b.maxUs);
  for (const { minUs, maxUs } of sorted) {
    if (minUs <= reach) addOverlap(overlaps, { startUs: minUs, endUs: Math.min(reach, maxUs) });
    else if (stepUs !== undefined && Number.isFinite(reach) && minUs - reach > gapSteps * stepUs) {
      gaps.push({ startUs: reach, endUs: minUs });
    }
    reach = Math.max(reach, maxUs);
  }
  const [first] = sorted;
  return {
    versions: versions.length,
    rows: versions.reduce((sum, { rows = 0 }) => sum + rows, 0),
    time: first && { minUs: first.minUs, maxUs: reach },
    unknown: versions.length - timed.length,
    stepUs,
    gaps,
    overlaps,
  };
}

/** Adds a stretch, which does not start before the last one. */
function addOverlap(overlaps: Stretch[], next: Stretch): void {
  const last = overlaps.at(-1);
  if (last === undefined || next.startUs > last.endUs) overlaps.push(next);
  else overlaps[overlaps.length - 1] = { startUs: last.startUs, endUs: Math.max(last.endUs, next.endUs) };
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
