import { type RowsInfo } from '../../../../server/src/protocol/commands.ts';

/** Rows per request, and maximum number of requests whose rows are kept. */
export const pageRows = 200;
const pagesMax = 50;

type Page = RowsInfo['columns'] | 'asked';

/** LRU cache of a result's rows in the page: a bounded number of pages. */
export class RowCache {
  private readonly pages = new Map<number, Page>();
  private readonly ask: (start: number, count: number) => void;

  constructor(ask: (start: number, count: number) => void) {
    this.ask = ask;
  }

  /** Text of a cell; null for NULL, undefined when its row is not loaded. */
  cell(row: number, column: number): string | null | undefined {
    const page = this.pages.get(Math.floor(row / pageRows));
    return page === undefined || page === 'asked' ? undefined : page[column]?.[row % pageRows];
  }

  /** Requests the missing rows from `start` up to `end`, and marks the loaded ones as used. */
  want(start: number, end: number): void {
    for (let page = Math.floor(start / pageRows); page * pageRows < end; page++) {
      const held = this.pages.get(page);
      this.pages.delete(page);
      this.pages.set(page, held ?? 'asked');
      if (held === undefined) this.ask(page * pageRows, pageRows);
    }
    for (const page of this.pages.keys()) {
      if (this.pages.size <= pagesMax) break;
      this.pages.delete(page);
    }
  }

  /** Stores rows. Rows evicted since their request are dropped. */
  put({ start, columns }: RowsInfo): void {
    const page = start / pageRows;
    if (this.pages.has(page)) this.pages.set(page, columns);
  }

  /** Clears a failed request: the next `want` requests the rows again. */
  failed(start: number): void {
    this.pages.delete(start / pageRows);
  }
}
