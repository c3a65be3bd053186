/**
 * Drops columns without values: a sensor that sent nothing for a day must not contradict its numbers of other days. See
 * series/nullColumns.ts.
 */
import { LruCache } from '../../../base/lruCache.ts';
import { type HostFile } from '../../../pond/types.ts';
import { type FileFacts } from '../../../sandbox/build.ts';
import { keyOf } from '../../../materialize/contentKey.ts';
import { type Job } from '../../../base/job.ts';
import { nullColumns, mayBeInferred } from '../../series/nullColumns.ts';
import { mapLimit } from '../../../base/mapLimit.ts';
import { type Materializer } from '../../../materialize/materializer.ts';
import { type Segment } from './segments.ts';

/** Number of segments inspected concurrently. */
const piecesAtOnce = 2;

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
  pieces: readonly Segment[],
  workshop: Materializer,
  job: Job,
): Promise<readonly Segment[]> {
  const types = new Map<string, Set<string>>();
  for (const { name, type } of pieces.flatMap(({ facts }) => facts.columns)) {
    const own = types.get(name) ?? new Set();
    types.set(name, own.add(type));
  }
  return await mapLimit(pieces, piecesAtOnce, async (piece) => {
    const { facts, file } = piece;
    const names = facts.columns.flatMap(({ name, type }) =>
      mayBeInferred(type) && types.get(name)!.size > 1 ? [name] : [],
    );
    if (names.length === 0) return piece;
    const blank = facts.rowCount === 0 ? new Set(names) : await blankColumnsOf(file, names, workshop, job);
    return blank.size === 0 ? piece : { ...piece, facts: without(facts, blank), hasBlanks: true };
  });
}

async function blankColumnsOf(
  file: HostFile,
  names: readonly string[],
  workshop: Materializer,
  job: Job,
): Promise<ReadonlySet<string>> {
  const key = keyOf(file.key, names);
  return cache.get(key) ?? cache.set(key, await nullColumns([file], names, workshop, job));
}

function without(facts: FileFacts, blank: ReadonlySet<string>): FileFacts {
  return { ...facts, columns: facts.columns.filter(({ name }) => !blank.has(name)) };
}
