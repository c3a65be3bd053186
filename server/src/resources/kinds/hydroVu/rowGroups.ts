/** Merges pages of readings into row groups, in order of time and of bounded size. */
import { type ColumnNames } from './columns.ts';
import { type PageOrder } from './pageOrder.ts';
import { type ColumnReadings, type ReadingWindow, type RowGroup } from './readingWindow.ts';
import { ServiceError } from './serviceError.ts';
import { type ReadingsPage } from './shapes.ts';

/** Rows at which a group ends; fewer when there are many columns. */
const groupRowsMax = 65_536;
const groupRowsMin = 1024;
const groupCellsMax = 512 * 1024;

interface Grouping {
  readonly window: ReadingWindow;
  /** Receives each page. */
  readonly order: PageOrder;
  readonly names: ColumnNames;
  /** True when pending rows should be released for a commit. */
  readonly isDue: () => boolean;
  /** Called for each page. */
  readonly onPage: (readings: number) => void;
}

/**
 * Returns the rows of all pages in groups. The latest rows, at least a group's worth, wait for the next page, so that
 * pages that overlap, or come by parameter, still make one row per time. When the service fails midway, yields the rows
 * known to be complete, then the failure.
 */
export async function* rowGroups(
  pages: AsyncIterable<ReadingsPage>,
  { window, order, names, isDue, onPage }: Grouping,
): AsyncIterable<RowGroup> {
  const oldest = function* (rows: number): Iterable<RowGroup> {
    const group = window.takeOldest(rows);
    if (group !== undefined) yield group;
  };
  let until = Infinity;
  let failure: ServiceError | undefined;
  try {
    for await (const page of pages) {
      const readings = columnsOf(page, names);
      window.add(readings);
      order.add(readings);
      onPage(readings.reduce((sum, column) => sum + column.readings.length, 0));
      while (window.rowCount >= 2 * groupRows(window)) yield* oldest(groupRows(window));
      if (isDue()) yield* oldest(Math.floor(window.rowCount / 2));
    }
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    failure = error;
    until = order.settledBefore();
  }
  for (let rows = window.rowsBefore(until); rows > 0; rows = window.rowsBefore(until)) {
    yield* oldest(Math.min(rows, groupRows(window)));
  }
  if (failure !== undefined) throw failure;
}

/** Groups in sequence, with lookahead. A failure of the service ends them, and is stored. */
export class GroupQueue {
  readonly #groups: AsyncIterator<RowGroup>;
  #next: RowGroup | undefined;
  #failure: ServiceError | undefined;

  constructor(groups: AsyncIterable<RowGroup>) {
    this.#groups = groups[Symbol.asyncIterator]();
  }

  /** The failure that ended the groups; undefined when they are complete. */
  get failure(): ServiceError | undefined {
    return this.#failure;
  }

  /** Returns the next group without consuming it; undefined at the end. */
  async peek(): Promise<RowGroup | undefined> {
    if (this.#next !== undefined || this.#failure !== undefined) return this.#next;
    try {
      const next = await this.#groups.next();
      this.#next = next.done === true ? undefined : next.value;
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      this.#failure = error;
    }
    return this.#next;
  }

  /** Consumes the group that `peek` returned. */
  drop(): void {
    this.#next = undefined;
  }

  /** Stops reading pages. */
  async close(): Promise<void> {
    await this.#groups.return?.();
  }
}

/** Returns the readings of a page by column. */
export function columnsOf({ parameters }: ReadingsPage, names: ColumnNames): readonly ColumnReadings[] {
  return parameters
    .filter(({ readings }) => readings.length > 0)
    .map(({ parameterId, unitId, readings }) => ({ column: names.nameOf(parameterId, unitId), readings }));
}

function groupRows({ columnCount }: ReadingWindow): number {
  return Math.max(groupRowsMin, Math.min(groupRowsMax, Math.floor(groupCellsMax / Math.max(1, columnCount))));
}
