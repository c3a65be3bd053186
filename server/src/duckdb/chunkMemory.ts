/**
 * Frees chunks that were read. The memory of a chunk, hundreds of kilobytes of DuckDB's, is freed with a JavaScript object of
 * a few bytes. V8 knows these bytes alone, so it would collect no object while a result of millions of rows is read, and all
 * of its chunks would stay in memory; the binding has no call that frees one.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { lazy } from '../base/lazy.ts';

/** Chunks between two collections, each of which takes less than a millisecond. */
const chunksBetween = 64;

const collectYoung = lazy((): (() => void) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: { readonly type: 'minor' }) => void;
  return () => collect({ type: 'minor' });
});

/** Returns a function that is to be called with each chunk of a stream that was read. */
export function chunkCollector(): () => void {
  let chunks = 0;
  return () => {
    chunks += 1;
    if (chunks % chunksBetween === 0) collectYoung()();
  };
}
