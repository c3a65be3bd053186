/** From pages of readings to groups of rows: merged in order of time, of bounded size. */
import { type ColumnNames } from './columns.ts';
import { type PageOrder } from './pageOrder.ts';
import { type ColumnReadings, type ReadingWindow, type RowGroup } from './readingWindow.ts';
import { ServiceError } from './serviceError.ts';
import { type ReadingsPage } from './shapes.ts';

/** A group ends at this many rows, or sooner when there are many columns. */
const groupRowsMax = 65_536;
const groupRowsMin = 1024;
const groupCellsMax = 512 * 1024;

export interface Grouping {
  readonly window: ReadingWindow;
  /** Hears of each page. */
  readonly order: PageOrder;
  readonly names: ColumnNames;
  /** True when what there is should be handed out, to be committed. */
  readonly isDue: () => boolean;
  /** Hears of each page. */
  readonly onPage: (readings: number) => void;
}

/**
 * Returns the rows of all pages in groups. The newest rows, at least a group's worth, wait for the next page, so that
 * pages may overlap, or come by parameter, and still make one row of one time. When the service fails in between, the
 * rows come that are known to be whole, and the failure behind them.
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

/** Groups one after the other, with a look at the next. A failure of the service ends them, and is kept. */
export class GroupQueue {
  readonly #groups: AsyncIterator<RowGroup>;
  #next: RowGroup | undefined;
  #failure: ServiceError | undefined;

  constructor(groups: AsyncIterable<RowGroup>) {
    this.#groups = groups[Symbol.asyncIterator]();
  }

  /** Why there are no more groups; undefined when they came to their end. */
  get failure(): ServiceError | undefined {
    return this.#failure;
  }

  /** Returns the next group and leaves it there; undefined when there are no more. */
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

  /** Goes on to the group after the one that `peek` returned. */
  drop(): void {
    this.#next = undefined;
  }

  /** Ends the reading of pages. */
  async close(): Promise<void> {
    await this.#groups.return?.();
  }
}

function columnsOf({ parameters }: ReadingsPage, names: ColumnNames): readonly ColumnReadings[] {
  return parameters
    .filter(({ readings }) => readings.length > 0)
    .map(({ parameterId, unitId, readings }) => ({ column: names.nameOf(parameterId, unitId), readings }));
}

function groupRows({ columnCount }: ReadingWindow): number {
  return Math.max(groupRowsMin, Math.min(groupRowsMax, Math.floor(groupCellsMax / Math.max(1, columnCount))));
}
