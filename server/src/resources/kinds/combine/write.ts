import { type Job } from '../../../base/job.ts';
import { type Period } from '../../series/periods.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { type Segment } from './segment.ts';
import { countsMetadata } from './partCounts.ts';
import { type SegmentLayout, partSql, timesSql } from './sql.ts';

/** Rows of a period from some series, of which the first takes precedence. */
interface PartRows {
  readonly layout: SegmentLayout;
  readonly period: Period;
  readonly series: readonly (readonly Segment[])[];
}

/** Writes rows to a host file, each time once and in order. The file's metadata has the counts of partCounts.ts. */
export async function writeRows(
  { layout, period, series }: PartRows,
  target: string,
  { builder }: Materializer,
  { signal }: Job,
): Promise<void> {
  const ordered = series.map(inTimeOrder);
  const reads = ordered.flatMap((segments) => segments.map(({ file }) => file.hostPath));
  const counted = await builder.run({ statements: [timesSql(layout, period, ordered)], reads }, signal);
  const known = ordered.map((segments, index) => {
    const [, isRising, timed] = counted[index] ?? [];
    return { segments, isRising: isRising === true, timed: Number(timed ?? 0) };
  });
  const statements = [partSql(layout, period, known, target, countsMetadata(known))];
  await builder.run({ statements, reads, writes: [target] }, signal);
}

/** Returns the layout of the output, for its key. */
export function keyOfLayout({ time, columns }: SegmentLayout): readonly (readonly string[] | string)[] {
  return [time, ...columns.map(({ name, type }) => [name, type])];
}

/** Sorts segments without common times by time: none of them takes precedence over another. */
export function inTimeOrder(segments: readonly Segment[]): readonly Segment[] {
  const sorted = segments.toSorted((a, b) => Number(startOf(a) - startOf(b)));
  const overlaps = sorted.some(
    (segment, index) => index > 0 && startOf(segment) <= (sorted[index - 1]!.facts.time?.maxUs ?? 0n),
  );
  return overlaps ? segments : sorted;
}

function startOf({ facts }: Segment): bigint {
  return facts.time?.minUs ?? 0n;
}
