/**
 * Numbers of the rows that a scope reads and does not keep as rows of their own. Counted for each part, and cached with
 * it: new data counts only the parts of its own time.
 */
import { sql } from '../../../duckdb/sql.ts';
import { type HostFile } from '../../../pond/hostFile.ts';
import { type Job } from '../../../base/job.ts';
import { mapLimit } from '../../../base/mapLimit.ts';
import { keyOf } from '../../../materialize/contentKey.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { type InputMatcher } from '../../model/derivedContent.ts';
import { type Resource } from '../../model/kind.ts';
import { readParquet } from '../../series/readParquet.ts';
import { makePart, planScope, type ScopeInputs, seriesOf } from './buildScope.ts';
import { type Part } from './parts.ts';
import { type Scope, scopesOf } from './scope.ts';
import { type CombineSpec } from './spec.ts';
import { type Segment } from './segments.ts';
import { countsSql, type SegmentLayout, totalsSql } from './sql.ts';

/** Number of parts counted concurrently. */
const partsAtOnce = 2;

/** Returns a note for each input of which rows were merged or left out; none where every row is in the result. */
export async function rowNotes(
  resource: Resource<CombineSpec>,
  inputs: InputMatcher,
  materializer: Materializer,
  job: Job,
): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const scope of scopesOf(resource)) {
    const series = await mapLimit(scope.patterns, 1, (pattern) => inputs.match(pattern));
    notes.push(...notesOf(scope, await countRows({ resource, scope, series }, materializer, job)));
  }
  return notes;
}

/** Rows of a series: all, those with a valid time, and the different times among them. */
interface RowCounts {
  /** 0-based, in the document. */
  readonly series: number;
  readonly rows: number;
  readonly timed: number;
  readonly times: number;
}

/** Counts of the series that have files. They are one file in the cache, so a run without new data reads only that. */
async function countRows(inputs: ScopeInputs, materializer: Materializer, job: Job): Promise<readonly RowCounts[]> {
  const write = async (target: string, shared: Job): Promise<void> => {
    const { layout, segments, parts } = await planScope(inputs, materializer, shared);
    const files = await mapLimit(parts, partsAtOnce, (part) => countPart(layout, part, materializer, shared));
    const reads = files.map(({ hostPath }) => hostPath);
    const statements = [totalsSql(rowsOfSeries(segments), reads, target)];
    await materializer.builder.run({ statements, reads, writes: [target] }, shared.signal);
  };
  const keys = inputs.series.map((matches) => matches.map(({ key }) => key));
  const { hostPath } = await materializer.file(
    keyOf('combine totals', 1, inputs.scope.columns ?? null, keys),
    write,
    job,
  );
  const all = sql`SELECT series, "rows", timed, times FROM ${readParquet([hostPath])} ORDER BY series`;
  const rows = await materializer.builder.run({ statements: [all], reads: [hostPath] }, job.signal);
  return rows.map((row) => {
    const [series = 0, count = 0, timed = 0, times = 0] = row.map(Number);
    return { series, rows: count, timed, times };
  });
}

/** Numbers of rows by series, from the footers of the files. */
function rowsOfSeries(segments: readonly Segment[]): ReadonlyMap<number, number> {
  const rows = new Map<number, number>();
  for (const { series, facts } of segments) rows.set(series, (rows.get(series) ?? 0) + facts.rowCount);
  return rows;
}

async function countPart(layout: SegmentLayout, part: Part, materializer: Materializer, job: Job): Promise<HostFile> {
  const series = seriesOf(part);
  const keys = series.map(({ index, segments }) => [String(index), ...segments.map(({ file }) => file.key)]);
  const { startUs, endUs } = part.period;
  const write = async (target: string, shared: Job): Promise<void> => {
    const built = (await makePart(layout, part, materializer, shared)).hostPath;
    const reads = [built, ...part.segments.map(({ file }) => file.hostPath)];
    const statements = [countsSql(layout, part.period, series, { built, target })];
    await materializer.builder.run({ statements, reads, writes: [target] }, shared.signal);
  };
  return await materializer.file(
    keyOf('combine counts', 1, layout.time, String(startUs), String(endUs), keys),
    write,
    job,
  );
}

function notesOf({ name, patterns }: Scope, counts: readonly RowCounts[]): readonly string[] {
  return counts.flatMap(({ series, rows, timed, times }) => {
    const where = `scope ${name}, ${patterns[series]}`;
    const merged = `${rowsText(timed - times)} merged into another row of the same time`;
    const skipped = `${rowsText(rows - timed)} left out, without a valid time`;
    return [...(timed > times ? [`${where}: ${merged}`] : []), ...(rows > timed ? [`${where}: ${skipped}`] : [])];
  });
}

const rowsText = (count: number): string => (count === 1 ? '1 row' : `${count} rows`);
