import { type HostFile } from '../../../pond/hostFile.ts';
import { requireSqlType } from '../../../duckdb/sqlType.ts';
import { type TypedColumn } from '../../../sandbox/build.ts';
import { keyOf } from '../../../materialize/contentKey.ts';
import { type Job } from '../../../base/job.ts';
import { type Match } from '../../model/derivedContent.ts';
import { type Resource } from '../../model/kind.ts';
import { exactUnion } from '../../../sandbox/exactTypes.ts';
import { mapLimit } from '../../../base/mapLimit.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { withoutNullColumns } from './nullColumns.ts';
import { findColumns, type FoundColumn, timeTypeOf } from './columns.ts';
import { divide, type Part } from './parts.ts';
import { mergeAdjacentSegments } from './adjacentSegments.ts';
import { type Segment } from './segment.ts';
import { collectSegments } from './segments.ts';
import { type Scope } from './scope.ts';
import { emptySql, type SegmentLayout, unionTypesSql } from './sql.ts';
import { keyOfLayout, writeRows } from './write.ts';

/** Prefix of keys of Combine output. Increase the number if the same inputs would give different output. */
export const recipe = ['combine', 6] as const;

/** A scope with the matches of its patterns. */
export interface ScopeInputs {
  readonly resource: Resource;
  readonly scope: Scope;
  /** The matched files of each series of the scope, in order. */
  readonly series: readonly (readonly Match[])[];
}

/** Number of parts built concurrently: while one is planned or written, another is joined. */
const partsAtOnce = 2;

/**
 * Builds the wide series of a scope, and returns its parts in time order; one part without rows if there is no data.
 * Builds only parts whose inputs are new. Fails like the segments and the columns: `invalid-content`, `run-failed`.
 */
export async function makeScope(
  inputs: ScopeInputs,
  materializer: Materializer,
  job: Job,
): Promise<readonly HostFile[]> {
  const { scope } = inputs;
  const { layout, parts } = await planScope(inputs, materializer, job);
  if (parts.length === 0) return [await makeEmpty(layout, materializer, job)];
  let done = 0;
  return await mapLimit(parts, partsAtOnce, async (part) => {
    const file = await makePart(layout, part, materializer, job);
    job.progress?.(scope.title, ++done, parts.length);
    return file;
  });
}

/** Layout and parts of the wide series of a scope. */
interface ScopePlan {
  /** The files of the inputs, as they are before adjacent ones are merged. */
  readonly segments: readonly Segment[];
  /** The same with adjacent ones merged; those without rows are missing. */
  readonly merged: readonly Segment[];
  readonly layout: SegmentLayout;
  /** In time order; none without rows. */
  readonly parts: readonly Part[];
}

/** Returns the plan of a scope; builds what it merges small inputs into. Fails like makeScope. */
export async function planScope(inputs: ScopeInputs, materializer: Materializer, job: Job): Promise<ScopePlan> {
  const { resource, scope } = inputs;
  const segments = await withoutNullColumns(
    await collectSegments(scope, inputs.series, materializer, job),
    materializer,
    job,
  );
  const found = segments.length === 0 ? [] : findColumns(resource, scope, segments);
  const layout = { time: timeTypeOf(segments), columns: await typedColumns(found, materializer, job) };
  const merged = await mergeAdjacentSegments(layout, segments, materializer, job);
  return { segments, merged, layout, parts: divide(merged) };
}

/** Returns the segments of each series in a part; a series is a 0-based index in the document. */
export function seriesOf({
  segments,
}: Part): readonly { readonly index: number; readonly segments: readonly Segment[] }[] {
  const indexes = [...new Set(segments.map(({ series }) => series))];
  return indexes.map((index) => ({ index, segments: segments.filter((segment) => segment.series === index) }));
}

/** The columns with the types they are written with: if inputs differ, a type that holds the values of all. */
async function typedColumns(
  found: readonly FoundColumn[],
  { builder }: Materializer,
  { signal }: Job,
): Promise<readonly TypedColumn[]> {
  const mixed = found.filter(({ types }) => types.length > 1);
  const [united = []] =
    mixed.length === 0
      ? []
      : await builder.run({ statements: [unionTypesSql(mixed.map(({ types }) => types))] }, signal);
  return found.map((column) => {
    const at = mixed.indexOf(column);
    return {
      name: column.name,
      type: at < 0 ? column.types[0]! : exactUnion(column.types, requireSqlType(String(united[at]))),
    };
  });
}

async function makeEmpty(layout: SegmentLayout, materializer: Materializer, job: Job): Promise<HostFile> {
  const write = async (target: string, { signal }: Job): Promise<void> => {
    await materializer.builder.run({ statements: [emptySql(layout, target)], writes: [target] }, signal);
  };
  return await materializer.file(keyOf(...recipe, 'empty', keyOfLayout(layout)), write, job);
}

/** Returns the file of a part, built unless it is in the cache. */
export async function makePart(
  layout: SegmentLayout,
  part: Part,
  materializer: Materializer,
  job: Job,
): Promise<HostFile> {
  const { period } = part;
  const series = seriesOf(part).map(({ segments }) => segments);
  const keys = series.map((own) => own.map(({ file }) => file.key));
  const bounds = [String(period.startUs), String(period.endUs)];
  const write = (target: string, shared: Job): Promise<void> =>
    writeRows({ layout, period, series }, target, materializer, shared);
  return await materializer.file(keyOf(...recipe, 'part', keyOfLayout(layout), bounds, keys), write, job);
}
