/** Detects whether pages come in order of time, and so which rows are complete before all pages have arrived. */
import { type ColumnReadings } from './readingWindow.ts';

export interface PageOrder {
  /** Records the next page. */
  add(page: readonly ColumnReadings[]): void;
  /**
   * Returns the time, seconds since 1970 UTC, before which no later page has readings; 0 while that is unknown. It is
   * known after at least two pages, each of which begins at or after the end of the previous one, if the first has
   * several columns of one time range: pages ordered by parameter start over for each.
   */
  settledBefore(): number;
  /**
   * Returns the latest time of the pages, seconds since 1970 UTC: of all when none went back, else of the first. 0
   * without readings.
   */
  reach(): number;
}

/** Returns the order before any page. Readings after `timeMax`, seconds since 1970 UTC, are ignored. */
export function createPageOrder(timeMax: number): PageOrder {
  let [pages, end, firstEnd] = [0, 0, 0];
  let [goesForward, areAdjacent] = [true, false];
  return {
    add(page) {
      const stretches = page.map(({ readings }) => stretchOf(readings, timeMax)).filter(({ last }) => last > 0);
      if (stretches.length === 0) return;
      const firsts = stretches.map(({ first }) => first);
      const lasts = stretches.map(({ last }) => last);
      if (pages === 0) areAdjacent = stretches.length > 1 && Math.max(...firsts) <= Math.min(...lasts);
      pages++;
      goesForward &&= Math.min(...firsts) >= end;
      end = Math.max(...lasts);
      if (pages === 1) firstEnd = end;
    },
    // The latest time may have more readings on the next page.
    settledBefore: () => (pages > 1 && goesForward && areAdjacent ? end : 0),
    reach: () => (goesForward ? end : firstEnd),
  };
}

/** The first and last time of usable readings, which may be unsorted; the last is 0 for none. */
function stretchOf(readings: ColumnReadings['readings'], timeMax: number): { first: number; last: number } {
  let [first, last] = [Infinity, 0];
  for (const { timestamp } of readings) {
    if (timestamp <= 0 || timestamp > timeMax) continue;
    if (timestamp < first) first = timestamp;
    if (timestamp > last) last = timestamp;
  }
  return { first, last };
}
