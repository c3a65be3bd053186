import { type HostFile } from '../../../pond/hostFile.ts';
import { mapLimit } from '../../../base/mapLimit.ts';
import { LruCache } from '../../../base/lruCache.ts';
import { sql, type SqlText } from '../../../duckdb/sql.ts';
import { readParquet } from '../../series/readParquet.ts';
import { type BuildContext } from './buildContext.ts';

/** A range of time that has data: microseconds since 1970 UTC, both ends inclusive. */
export interface AggregateRange {
  readonly minUs: bigint;
  readonly maxUs: bigint;
}

const dayUs = 86_400_000_000n;
const filesAtOnce = 64;
const concurrencyMax = 4;

/** Cache of ranges by the partial's key; entries stay valid because a partial never changes. */
const cache = new LruCache<string, readonly AggregateRange[]>({ max: 10_000 });

/**
 * Returns the ranges of time in which partials have buckets, by their keys: in order, with gaps of more than a day.
 * With a single range, one very old row would seem to cover all the time up to today.
 */
export async function rangesOf(
  files: readonly HostFile[],
  { materializer, job }: BuildContext,
): Promise<ReadonlyMap<string, readonly AggregateRange[]>> {
  const found = new Map<string, readonly AggregateRange[]>();
  const unknown: HostFile[] = [];
  for (const file of files) {
    const known = cache.get(file.key);
    if (known === undefined) unknown.push(file);
    else found.set(file.key, known);
  }
  const batches = Array.from({ length: Math.ceil(unknown.length / filesAtOnce) }, (_, i) =>
    unknown.slice(i * filesAtOnce, (i + 1) * filesAtOnce),
  );
  await mapLimit(batches, concurrencyMax, async (batch) => {
    const reads = batch.map(({ hostPath }) => hostPath);
    const rows = await materializer.builder.run({ statements: [rangesSql(reads)], reads }, job.signal);
    const byPath = new Map<string, AggregateRange[]>();
    for (const [path, minUs, maxUs] of rows) {
      if (typeof path !== 'string' || typeof minUs !== 'bigint' || typeof maxUs !== 'bigint') continue;
      const ranges = byPath.get(path) ?? [];
      byPath.set(path, addRange(ranges, { minUs, maxUs }));
    }
    for (const { key, hostPath } of batch) {
      const ranges = byPath.get(hostPath) ?? [];
      found.set(key, ranges);
      cache.set(key, ranges);
    }
  });
  return found;
}

/** Returns the query for the first and last bucket of each day, by file and day. */
function rangesSql(hostPaths: readonly string[]): SqlText {
  const day = sql`epoch_us("Timestamp") // ${dayUs}`;
  const table = readParquet(hostPaths, sql`filename = true`);
  return sql`SELECT filename, epoch_us(min("Timestamp")), epoch_us(max("Timestamp"))
    FROM ${table} GROUP BY filename, ${day} ORDER BY 1, 2`;
}

/** Returns the union of ranges, in order, with gaps of more than a day. */
export function joinRanges(ranges: readonly AggregateRange[]): readonly AggregateRange[] {
  const sorted = ranges.toSorted((a, b) => (a.minUs < b.minUs ? -1 : a.minUs > b.minUs ? 1 : 0));
  return sorted.reduce<AggregateRange[]>(addRange, []);
}

/** Adds a range that does not begin before the last one. */
function addRange(ranges: AggregateRange[], next: AggregateRange): AggregateRange[] {
  const last = ranges.at(-1);
  if (last === undefined || next.minUs - last.maxUs > dayUs) ranges.push(next);
  else if (next.maxUs > last.maxUs) ranges[ranges.length - 1] = { minUs: last.minUs, maxUs: next.maxUs };
  return ranges;
}
