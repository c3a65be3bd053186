/** Whether pages come in order of time, and so up to where their rows are whole before all of them are there. */
import { type ColumnReadings } from './readingWindow.ts';

export interface PageOrder {
  /** Hears of each page in turn. */
  add(page: readonly ColumnReadings[]): void;
  /**
   * Returns the time, seconds since 1970 UTC, before which no page to come has readings; 0 when the pages do not show it.
   * They do when there were two at least, each of which began where the one before ended or behind it, and one had several
   * columns: pages that come by parameter begin anew for each of them.
   */
  settledBefore(): number;
}

/** Returns the order of no pages so far. Readings after `timeMax`, seconds since 1970 UTC, say nothing. */
export function createPageOrder(timeMax: number): PageOrder {
  let [pages, end] = [0, 0];
  let [goesForward, isSideBySide] = [true, false];
  return {
    add(page) {
      let [first, last, columns] = [Infinity, 0, 0];
      for (const { readings } of page) {
        let isUsable = false;
        for (const { timestamp } of readings) {
          if (timestamp <= 0 || timestamp > timeMax) continue;
          isUsable = true;
          if (timestamp < first) first = timestamp;
          if (timestamp > last) last = timestamp;
        }
        if (isUsable) columns++;
      }
      if (columns === 0) return;
      pages++;
      goesForward &&= first >= end;
      isSideBySide ||= columns > 1;
      end = last;
    },
    // The newest time may have more of its readings on the next page.
    settledBefore: () => (pages > 1 && goesForward && isSideBySide ? end : 0),
  };
}
