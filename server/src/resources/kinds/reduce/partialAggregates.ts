/**
 * Partials: aggregates from which all resolutions of a collection are folded. For each bucket of the base length and
 * each value column, a partial has the components of its statistics. It is a function of files that
 * never change, so later data adds new partials and leaves the others as they are.
 */
import { type HostFile } from '../../../pond/hostFile.ts';
import { type TypedColumn } from '../../../sandbox/build.ts';
import { keyOf } from '../../../materialize/contentKey.ts';
import { type GroupLimits, groupAdjacent } from '../../../base/groupAdjacent.ts';
import { type Job } from '../../../base/job.ts';
import { areAlike } from '../../series/alike.ts';
import { nullColumns, mayBeInferred } from '../../series/nullColumns.ts';
import { exactLists } from '../../series/exact.ts';
import { type Period } from '../../series/periods.ts';
import { requireSeconds } from '../../series/seconds.ts';
import { mapLimit } from '../../../base/mapLimit.ts';
import { noTimeColumn, timeColumnOf } from '../../series/time.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { mergedSql, type PartialColumn, partialSql, writePartialSql } from './partialSql.ts';
import { type BuildContext } from './buildContext.ts';
import { type AggregateRange, rangesOf } from './ranges.ts';
import { numberColumnsOf } from './aggregates.ts';
import { type Component } from './components.ts';
import { type ColumnSelection, valueColumnsOf } from './selection.ts';

export interface PartialAggregate {
  readonly key: string;
  /** Size of its file, or of the files that it is built from. */
  readonly sizeBytes: number;
  /** Ranges in which its buckets begin; none if it has no row. */
  readonly ranges: readonly AggregateRange[];
  /** Value columns, with the types of their minima and maxima. */
  readonly columns: readonly AggregateColumn[];
  /** Returns its file, built if needed. */
  readonly file: (job: Job) => Promise<HostFile>;
}

/** A value column of a partial. */
interface AggregateColumn extends TypedColumn, PartialColumn {}

/** Input and options of partials. */
interface PartialSpec {
  /** Parquet files of one input, in order. */
  readonly files: readonly HostFile[];
  readonly selection: ColumnSelection;
  /** Length of the buckets, microseconds. */
  readonly baseUs: number;
}

const groupLimits: GroupLimits = { sizeBytesMax: 256 * 1024, countMax: 64 };
/** More files than this are merged first, because opening a file is expensive. */
const filesMax = 64;
const mergeLimits: GroupLimits = { sizeBytesMax: 1024 * 1024, countMax: filesMax };
/** Number of concurrent statements. They share the cores; a few keep them busy while files are opened and flushed. */
const concurrencyMax = 4;
/** Longer partials are searched for gaps, microseconds. */
const longUs = 86_400_000_000n;

/**
 * Returns the partials of an input, built if needed: one for each large file, and one for small adjacent files
 * together. Fails `invalid-content` if a file has no time, or a wanted column has no numbers.
 */
export async function partialAggregatesOf(
  spec: PartialSpec,
  context: BuildContext,
): Promise<readonly PartialAggregate[]> {
  const neighbors = groupAdjacent(spec.files, groupLimits);
  const groups = (await mapLimit(neighbors, concurrencyMax, (group) => separated(group, context))).flat();
  let done = 0;
  const built = await mapLimit(groups, concurrencyMax, async (files) => {
    const file = await makePartial({ ...spec, files }, context);
    context.job.progress?.('reading inputs', ++done, groups.length);
    return { file, facts: await context.materializer.inspect([file], context.job) };
  });
  const long = built.filter(({ facts: { time } }) => time !== undefined && time.maxUs - time.minUs > longUs);
  const ranges = await rangesOf(
    long.map(({ file }) => file),
    context,
  );
  return built.map(({ file, facts: { time, columns } }) => ({
    key: file.key,
    sizeBytes: file.sizeBytes,
    ranges: ranges.get(file.key) ?? (time === undefined ? [] : [time]),
    columns: columnsOf(columns, spec.selection),
    file: () => Promise.resolve(file),
  }));
}

async function makePartial(
  { files, selection, baseUs }: PartialSpec,
  { materializer, job }: BuildContext,
): Promise<HostFile> {
  const key = keyOf('reduce partial', 3, baseUs, ...selection.partialKey, ...files.map((file) => file.key));
  const write = async (target: string, shared: Job): Promise<void> => {
    const facts = await materializer.inspect(files, shared);
    const { columns, rowCount } = facts;
    const time = timeColumnOf(columns);
    if (time === undefined) throw noTimeColumn(columns);
    const hostPaths = files.map(({ hostPath }) => hostPath);
    const values = valueColumnsOf(
      await withoutNullColumns(columns, { files, selection, materializer, job: shared }),
      selection,
    ).map((column) => ({ ...column, components: selection.componentsOf(column.name) }));
    const query = partialSql({ hostPaths, time: rowCount === 0 ? undefined : time, values, baseUs });
    await requireSeconds(files, facts, materializer, shared);
    await materializer.builder.run(
      { statements: [writePartialSql(query, target, rowCount)], reads: hostPaths, writes: [target], isOrdered: true },
      shared.signal,
    );
  };
  return await materializer.file(key, write, job);
}

/** Returns the columns without the named ones that seem to be text only because they have no value. */
async function withoutNullColumns(
  columns: readonly TypedColumn[],
  { files, selection, materializer, job }: BuildContext & Pick<PartialSpec, 'files' | 'selection'>,
): Promise<readonly TypedColumn[]> {
  const doubtful = columns.filter(({ name, type }) => selection.isNamed(name) && mayBeInferred(type));
  if (doubtful.length === 0) return columns;
  const names = doubtful.map(({ name }) => name);
  const nullNames = await nullColumns(files, names, materializer, job);
  return columns.filter(({ name }) => !nullNames.has(name));
}

/**
 * Groups the files so that numbers stay exact. Each file is alone if a column has numbers in one file and another type
 * in another, or the times have several types: read as one table they would have a single type, text.
 */
async function separated(
  files: readonly HostFile[],
  { materializer, job }: BuildContext,
): Promise<readonly (readonly HostFile[])[]> {
  if (files.length === 1 || (await areAlike(files, materializer, job))) return [files];
  const roles = new Map<string, string>();
  const inspected = await mapLimit(files, concurrencyMax, async (file) => {
    const { columns } = await materializer.inspect([file], job);
    return { file, columns };
  });
  for (const { columns } of inspected) {
    const time = timeColumnOf(columns);
    const numbers = new Set(numberColumnsOf(columns));
    for (const column of columns) {
      const role = column === time ? column.type : numbers.has(column) ? 'number' : 'other';
      const known = roles.get(column.name.toLowerCase()) ?? role;
      if (known !== role) return files.map((file) => [file]);
      roles.set(column.name.toLowerCase(), role);
    }
  }
  return exactLists(inspected).map((list) => list.map(({ file }) => file));
}

/** The value columns whose components a partial's file has. */
function columnsOf([, , ...columns]: readonly TypedColumn[], selection: ColumnSelection): readonly AggregateColumn[] {
  const isFirst = ({ name }: TypedColumn): boolean => name.endsWith(firstSuffix);
  return columns.flatMap((column, i) => {
    if (!isFirst(column)) return [];
    const name = column.name.slice(0, -firstSuffix.length);
    const components = selection.componentsOf(name);
    return [{ name, components, type: columns[i + components.indexOf('min')]!.type }];
  });
}

/** End of the name of the first column of each value column; no component but the first has it. */
const firstSuffix: `.${Component}` = '.count';

/** True if a partial has buckets in a range of time. */
export function hasWithin({ ranges }: PartialAggregate, { startUs, endUs }: Period): boolean {
  return ranges.some(({ minUs, maxUs }) => maxUs >= startUs && minUs < endUs);
}

/**
 * Returns the partials that have buckets in a range of time, in order. If there are many, small ones are replaced by
 * merged partials, which may also have buckets outside the range.
 */
export function partialsWithin(
  partials: readonly PartialAggregate[],
  range: Period,
  materializer: Materializer,
): readonly PartialAggregate[] {
  const found = partials.filter((partial) => hasWithin(partial, range));
  if (found.length <= filesMax) return found;
  const groups = groupAdjacent(partials, mergeLimits).flatMap(exactLists);
  if (groups.length === partials.length) return found;
  const level = groups.map((group) => (group.length === 1 ? group[0]! : merged(group, materializer)));
  return partialsWithin(level, range, materializer);
}

/** Returns one partial for several. Its file is built on demand. */
function merged(parts: readonly PartialAggregate[], materializer: Materializer): PartialAggregate {
  const key = keyOf('reduce merged partial', 1, ...parts.map((part) => part.key));
  const ranges = parts.flatMap((part) => part.ranges);
  const columns = [
    ...new Map(parts.flatMap((part) => part.columns).map((column) => [column.name.toLowerCase(), column])).values(),
  ];
  const write = async (target: string, shared: Job): Promise<void> => {
    const files = await mapLimit(parts, concurrencyMax, (part) => part.file(shared));
    const hostPaths = files.map(({ hostPath }) => hostPath);
    const query = mergedSql(hostPaths, columns);
    await materializer.builder.run(
      { statements: [writePartialSql(query, target)], reads: hostPaths, writes: [target], isOrdered: true },
      shared.signal,
    );
  };
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  return { key, sizeBytes, ranges, columns, file: (job) => materializer.file(key, write, job) };
}
