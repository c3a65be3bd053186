import { PondError } from '../base/error.ts';
import { limitHint } from '../duckdb/limits.ts';

/** Milliseconds between two samples. An allocation grows by about a gigabyte in a second. */
const sampleMs = 200;

/** Bytes that the process itself needs outside of the memory that DuckDB counts: code, threads, buffers. */
const ownBytes = 512 * 1024 ** 2;

/**
 * Samples the memory of this process, and calls `exceed` once, with the error of a query that uses far more than its limit:
 * DuckDB does not count the memory of long texts and of constants that it computes ahead. What JavaScript holds has a
 * limit of its own. Returns a function that ends the watch.
 */
export function watchMemory(
  limitBytes: number,
  exceed: (error: PondError) => void,
  usage: () => Pick<NodeJS.MemoryUsage, 'rss' | 'heapTotal' | 'external'> = process.memoryUsage,
): () => void {
  // DuckDB keeps freed memory for a while, and its threads each have some.
  const bytesMax = 2 * limitBytes + ownBytes;
  const timer = setInterval(() => {
    const { rss, heapTotal, external } = usage();
    if (rss - heapTotal - external <= bytesMax) return;
    clearInterval(timer);
    const limit = `${Math.round(limitBytes / 1024 ** 2)} MiB`;
    const message = `the query needs far more memory than its limit of ${limit}`;
    exceed(new PondError('query-failed', message, { hint: limitHint('memoryBytesMax') }));
  }, sampleMs);
  return () => clearInterval(timer);
}
