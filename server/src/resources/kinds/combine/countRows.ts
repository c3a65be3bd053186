/**
 * Numbers of the rows and values that a scope reads and does not keep. The build of each part counts most of it; only
 * where a part has rows of several series at equal times, and the same columns, those columns are compared, once.
 */
import { plural } from '../../../base/plural.ts';
import { joinSql, literal, sql } from '../../../duckdb/sql.ts';
import { type HostFile } from '../../../pond/hostFile.ts';
import { type Job } from '../../../base/job.ts';
import { mapLimit } from '../../../base/mapLimit.ts';
import { keyOf } from '../../../materialize/contentKey.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { type InputMatcher } from '../../model/derivedContent.ts';
import { type Resource } from '../../model/kind.ts';
import { readParquet, writeParquet } from '../../series/readParquet.ts';
import { makePart, planScope, type ScopeInputs, seriesOf } from './buildScope.ts';
import { countRuled } from './countRuled.ts';
import { type Part } from './parts.ts';
import { readCounts, type SeriesCount } from './partCounts.ts';
import { ruleKeys, type Scope, scopesOf } from './scope.ts';
import { type CombineSpec } from './spec.ts';
import { overlapSql, type SegmentLayout, sharedColumns } from './sql.ts';
import { inTimeOrder, keyOfLayout } from './write.ts';

/** Number of parts counted concurrently. */
const partsAtOnce = 2;

/** Returns a note for each input of which rows or values are left out; none where everything is in the result. */
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

/** Numbers of a series that are not in the result as they are. */
interface LeftOut {
  /** Rows without a valid time. */
  untimed: number;
  /** Rows merged into another row of the series, of the same time. */
  merged: number;
  /** Values in whose place an earlier series has one. */
  replaced: number;
  /** Rows before `begin`, or not before `end`. */
  outside: number;
  /** Names in its rules that no file has. */
  unmatched: readonly string[];
}

/** Counts by the index of the series. They are one file in the cache, so a run without new data reads only that. */
async function countRows(inputs: ScopeInputs, materializer: Materializer, job: Job): Promise<readonly LeftOut[]> {
  const write = async (target: string, shared: Job): Promise<void> => {
    const counts = await countScope(inputs, materializer, shared);
    const rows = counts.map(
      ({ untimed, merged, replaced, outside, unmatched }, at) =>
        sql`(${at}, ${untimed}, ${merged}, ${replaced}, ${outside}, ${literal(JSON.stringify(unmatched))})`,
    );
    const values = sql`FROM (VALUES ${joinSql(rows)}) counts(series, untimed, merged, replaced, outside, unmatched)`;
    await materializer.builder.run({ statements: [writeParquet(values, target)], writes: [target] }, shared.signal);
  };
  const keys = inputs.series.map((matches) => matches.map(({ key }) => key));
  const key = keyOf('combine totals', 4, inputs.scope.columns ?? null, keys, ...ruleKeys(inputs.scope));
  const { hostPath } = await materializer.file(key, write, job);
  const all = sql`SELECT untimed, merged, replaced, outside, unmatched FROM ${readParquet([hostPath])} ORDER BY series`;
  const rows = await materializer.builder.run({ statements: [all], reads: [hostPath] }, job.signal);
  return rows.map((row) => {
    const [untimed = 0, merged = 0, replaced = 0, outside = 0] = row.slice(0, 4).map(Number);
    const unmatched = JSON.parse(String(row[4] ?? '[]')) as readonly string[];
    return { untimed, merged, replaced, outside, unmatched };
  });
}

async function countScope(inputs: ScopeInputs, materializer: Materializer, job: Job): Promise<readonly LeftOut[]> {
  const { layout, segments, merged, parts } = await planScope(inputs, materializer, job);
  const ruled = await countRuled(inputs, materializer, job);
  const counts = ruled.map((own): LeftOut => ({ untimed: 0, merged: 0, replaced: 0, ...own }));
  // Each row is in one part, or it was merged before, or its time is invalid.
  for (const { series, facts } of segments) counts[series]!.untimed += facts.rowCount;
  const early = merged.flatMap(({ series, merged: files }) => files.map((file) => ({ series, file })));
  const before = await readCounts(
    early.map(({ file }) => file),
    materializer,
    job,
  );
  for (const [index, { series }] of early.entries()) {
    const { rows, series: own } = before[index]!;
    const lost = own[0]!.timed - rows;
    counts[series]!.merged += lost;
    counts[series]!.untimed -= lost;
  }
  const partFiles = await mapLimit(parts, partsAtOnce, (part) => makePart(layout, part, materializer, job));
  const known = await readCounts(partFiles, materializer, job);
  await mapLimit([...parts.entries()], partsAtOnce, async ([index, part]) => {
    const { rows, series } = known[index]!;
    const kept = await keptInPart({ layout, part, rows, series }, materializer, job);
    for (const [at, { index: own }] of seriesOf(part).entries()) {
      const { timed } = series[at]!;
      const { times, replaced } = kept[at]!;
      counts[own]!.untimed -= timed;
      counts[own]!.merged += timed - times;
      counts[own]!.replaced += replaced;
    }
  });
  return counts;
}

/** A built part, with what its metadata says. */
interface BuiltPart {
  readonly layout: SegmentLayout;
  readonly part: Part;
  /** Number of rows of the file. */
  readonly rows: number;
  readonly series: readonly SeriesCount[];
}

/** Different times of a series in a part, and values in whose place an earlier series has one. */
interface Kept {
  readonly times: number;
  readonly replaced: number;
}

async function keptInPart(built: BuiltPart, materializer: Materializer, job: Job): Promise<readonly Kept[]> {
  const { layout, part, rows, series } = built;
  const isWhole = series.reduce((total, { timed }) => total + timed, 0) === rows;
  const own = seriesOf(part);
  if (series.length === 1) return [{ times: rows, replaced: 0 }];
  const isDisjoint = series.every(({ isRising }) => isRising) && sharedColumns(layout.columns, own).length === 0;
  if (isWhole || isDisjoint) return series.map(({ timed }) => ({ times: timed, replaced: 0 }));
  const { hostPath } = await overlapFile(built, materializer, job);
  const query = sql`SELECT times, replaced FROM ${readParquet([hostPath])} ORDER BY series`;
  const counted = await materializer.builder.run({ statements: [query], reads: [hostPath] }, job.signal);
  return counted.map(([times, replaced]) => ({ times: Number(times), replaced: Number(replaced) }));
}

async function overlapFile(
  { layout, part, series }: BuiltPart,
  materializer: Materializer,
  job: Job,
): Promise<HostFile> {
  const own = seriesOf(part).map(({ segments }, at) => ({
    segments: inTimeOrder(segments),
    isRising: series[at]!.isRising,
  }));
  const files = own.map(({ segments }) => segments.map(({ file }) => file));
  const { startUs, endUs } = part.period;
  const write = async (target: string, { signal }: Job): Promise<void> => {
    const reads = files.flat().map(({ hostPath }) => hostPath);
    const statements = [writeParquet(overlapSql(layout, part.period, own), target)];
    await materializer.builder.run({ statements, reads, writes: [target] }, signal);
  };
  const keys = files.map((each) => each.map(({ key }) => key));
  const key = keyOf('combine overlap', 1, keyOfLayout(layout), String(startUs), String(endUs), keys);
  return await materializer.file(key, write, job);
}

function notesOf({ name, patterns }: Scope, counts: readonly LeftOut[]): readonly string[] {
  return counts.flatMap(({ untimed, merged, replaced, outside, unmatched }, series) => {
    const notes = [
      ...unmatched.map((name) => `no file has the column "${name}" of \`rename\` or \`cast\``),
      ...(merged > 0 ? [`${plural(merged, 'row')} merged into another row of the same time`] : []),
      ...(untimed > 0 ? [`${plural(untimed, 'row')} left out, without a valid time`] : []),
      ...(outside > 0 ? [`${plural(outside, 'row')} left out, before \`begin\` or from \`end\` on`] : []),
      ...(replaced > 0 ? [`${plural(replaced, 'value')} left out, an earlier pattern has one for the same time`] : []),
    ];
    return notes.map((note) => `scope ${name}, ${patterns[series]}: ${note}`);
  });
}
