/**
 * Drops columns without values: a sensor that sent nothing for a day must not contradict its numbers of other days. See
 * series/nullColumns.ts.
 */
import { LruCache } from '../../../base/lruCache.ts';
import { type HostFile } from '../../../pond/hostFile.ts';
import { type FileFacts } from '../../../sandbox/build.ts';
import { keyOf } from '../../../materialize/contentKey.ts';
import { type Job } from '../../../base/job.ts';
import { nullColumns, mayBeInferred } from '../../series/nullColumns.ts';
import { mapLimit } from '../../../base/mapLimit.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { type Segment } from './segment.ts';

/** Number of segments inspected concurrently. */
const segmentsAtOnce = 2;

/**
 * Cache of the columns without values, by the file's key and the requested columns; entries stay valid because a file
 * never changes.
 */
const cache = new LruCache<string, ReadonlySet<string>>({ max: 10_000 });

/**
 * Returns the segments; columns of differing types are dropped from segments in which they have no value. A column
 * without any value is kept where its type is known.
 */
export async function withoutNullColumns(
  segments: readonly Segment[],
  materializer: Materializer,
  job: Job,
): Promise<readonly Segment[]> {
  const types = new Map<string, Set<string>>();
  for (const { name, type } of segments.flatMap(({ facts }) => facts.columns)) {
    const own = types.get(name) ?? new Set();
    types.set(name, own.add(type));
  }
  return await mapLimit(segments, segmentsAtOnce, async (segment) => {
    const { facts, file } = segment;
    const names = facts.columns.flatMap(({ name, type }) =>
      mayBeInferred(type) && types.get(name)!.size > 1 ? [name] : [],
    );
    if (names.length === 0) return segment;
    const nullNames = facts.rowCount === 0 ? new Set(names) : await nullColumnsOf(file, names, materializer, job);
    return nullNames.size === 0 ? segment : { ...segment, facts: without(facts, nullNames), hasNullColumns: true };
  });
}

async function nullColumnsOf(
  file: HostFile,
  names: readonly string[],
  materializer: Materializer,
  job: Job,
): Promise<ReadonlySet<string>> {
  const key = keyOf(file.key, names);
  return cache.get(key) ?? cache.set(key, await nullColumns([file], names, materializer, job));
}

function without(facts: FileFacts, nullNames: ReadonlySet<string>): FileFacts {
  return { ...facts, columns: facts.columns.filter(({ name }) => !nullNames.has(name)) };
}
