/**
 * Merges small adjacent files of a series, such as files of single days, before parts are built from them: opening a
 * file costs as much as reading many rows. As in merge.ts, an additional file rebuilds only a few merged files.
 */
import { keyOf } from '../../../materialize/contentKey.ts';
import { type GroupLimits, groupAdjacent } from '../../../base/groupAdjacent.ts';
import { type Job } from '../../../base/job.ts';
import { mapLimit } from '../../../base/mapLimit.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { wholeTime } from './parts.ts';
import { type Segment } from './segment.ts';
import { type SegmentLayout } from './sql.ts';
import { inTimeOrder, keyOfLayout, writeRows } from './write.ts';

/** Up to this many segments of a series are left unmerged. */
const segmentsMin = 16;

const limits: GroupLimits = { sizeBytesMax: 256 * 1024, countMax: 64 };

/**
 * Segments further apart than this, in microseconds, are not merged: new data of one would change parts of the other.
 */
const gapUsMax = 8n * 86_400_000_000n;

/** Number of groups merged concurrently. */
const groupsAtOnce = 2;

/**
 * Returns the segments that have rows, with small adjacent ones merged; those of a series are in an order in which a
 * later one takes precedence. A merged segment has each time once, and the columns of the layout that its segments
 * have, with the layout's types.
 */
export async function mergeAdjacentSegments(
  layout: SegmentLayout,
  segments: readonly Segment[],
  materializer: Materializer,
  job: Job,
): Promise<readonly Segment[]> {
  const series = new Map<number, Segment[]>();
  for (const segment of segments) {
    if (segment.facts.time === undefined) continue;
    const own = series.get(segment.series);
    if (own === undefined) series.set(segment.series, [segment]);
    else own.push(segment);
  }
  const merged: Segment[] = [];
  for (const own of series.values()) merged.push(...(await mergeSeries(layout, inTimeOrder(own), materializer, job)));
  return merged;
}

async function mergeSeries(
  layout: SegmentLayout,
  segments: readonly Segment[],
  materializer: Materializer,
  job: Job,
): Promise<readonly Segment[]> {
  if (segments.length <= segmentsMin) return segments;
  const near = groupAdjacent(segments.map(groupable), limits).flatMap((group) => splitAtGaps(group.map(segmentOf)));
  const merged = await mapLimit(near, groupsAtOnce, (group) => mergeGroup(layout, group, materializer, job));
  // Merged files may still be small.
  return merged.length < segments.length ? await mergeSeries(layout, merged, materializer, job) : segments;
}

const groupable = (segment: Segment) => ({ segment, key: segment.file.key, sizeBytes: segment.file.sizeBytes });
const segmentOf = ({ segment }: { readonly segment: Segment }): Segment => segment;

function splitAtGaps(group: readonly Segment[]): readonly (readonly Segment[])[] {
  const groups: Segment[][] = [];
  let [minUs, maxUs] = [0n, 0n];
  for (const segment of group) {
    const time = segment.facts.time!;
    const last = groups.at(-1);
    if (last !== undefined && time.minUs - maxUs <= gapUsMax && minUs - time.maxUs <= gapUsMax) {
      last.push(segment);
      [minUs, maxUs] = [time.minUs < minUs ? time.minUs : minUs, time.maxUs > maxUs ? time.maxUs : maxUs];
    } else {
      groups.push([segment]);
      [minUs, maxUs] = [time.minUs, time.maxUs];
    }
  }
  return groups;
}

async function mergeGroup(
  layout: SegmentLayout,
  group: readonly Segment[],
  materializer: Materializer,
  job: Job,
): Promise<Segment> {
  const [first] = group;
  if (group.length === 1) return first!;
  const names = new Set(group.flatMap(({ facts }) => facts.columns.map(({ name }) => name)));
  const own: SegmentLayout = { ...layout, columns: layout.columns.filter(({ name }) => names.has(name)) };
  const keys = group.map((segment) => segment.file.key);
  const file = await materializer.file(
    keyOf('combine neighbors', 2, keyOfLayout(own), keys),
    (target, shared) => writeRows({ layout: own, period: wholeTime, series: [group] }, target, materializer, shared),
    job,
  );
  const facts = await materializer.inspect([file], job);
  const paths = group.flatMap((segment) => segment.paths);
  return {
    ...first!,
    paths,
    file,
    facts,
    hasNullColumns: false,
    merged: [...group.flatMap(({ merged }) => merged), file],
  };
}
