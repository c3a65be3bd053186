/** Whether pages come in order of time, and so up to where their rows are whole before all of them are there. */
import { type ColumnReadings } from './readingWindow.ts';

export interface PageOrder {
  /** Hears of each page in turn. */
  add(page: readonly ColumnReadings[]): void;
  /**
   * Returns the time, seconds since 1970 UTC, before which no page to come has readings; 0 when the pages do not show
   * it. They do when there were two at least, each of which began where the one before ended or behind it, and the
   * first had several columns of one stretch of time: pages that come by parameter begin anew for each of them.
   */
  settledBefore(): number;
  /**
   * Returns the time, seconds since 1970 UTC, that pages came up to: of all when none went back, else of the first. 0
   * when there was none with readings.
   */
  reach(): number;
}

/** Returns the order of no pages so far. Readings after `timeMax`, seconds since 1970 UTC, say nothing. */
export function createPageOrder(timeMax: number): PageOrder {
  let [pages, end, firstEnd] = [0, 0, 0];
  let [goesForward, isSideBySide] = [true, false];
  return {
    add(page) {
      const stretches = page.map(({ readings }) => stretchOf(readings, timeMax)).filter(({ last }) => last > 0);
      if (stretches.length === 0) return;
      const firsts = stretches.map(({ first }) => first);
      const lasts = stretches.map(({ last }) => last);
      if (pages === 0) isSideBySide = stretches.length > 1 && Math.max(...firsts) <= Math.min(...lasts);
      pages++;
      goesForward &&= Math.min(...firsts) >= end;
      end = Math.max(...lasts);
      if (pages === 1) firstEnd = end;
    },
    // The newest time may have more of its readings on the next page.
    settledBefore: () => (pages > 1 && goesForward && isSideBySide ? end : 0),
    reach: () => (goesForward ? end : firstEnd),
  };
}

/** The first and the last time of usable readings, which need not be in order; the last is 0 for none. */
function stretchOf(readings: ColumnReadings['readings'], timeMax: number): { first: number; last: number } {
  let [first, last] = [Infinity, 0];
  for (const { timestamp } of readings) {
    if (timestamp <= 0 || timestamp > timeMax) continue;
    if (timestamp < first) first = timestamp;
    if (timestamp > last) last = timestamp;
  }
  return { first, last };
}
