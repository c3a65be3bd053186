import { type RowsInfo } from '../../../../server/src/protocol/commands.ts';

/** Rows of one request, and how many requests' rows are kept. */
export const pageRows = 200;
const pagesMax = 50;

type Page = RowsInfo['columns'] | 'asked';

/** The rows that the page has of a result: a bounded number of pages, those used last. */
export class RowCache {
  private readonly pages = new Map<number, Page>();
  private readonly ask: (start: number, count: number) => void;

  constructor(ask: (start: number, count: number) => void) {
    this.ask = ask;
  }

  /** A cell: text, null for NULL, undefined when its row is not here yet. */
  cell(row: number, column: number): string | null | undefined {
    const page = this.pages.get(Math.floor(row / pageRows));
    return page === undefined || page === 'asked' ? undefined : page[column]?.[row % pageRows];
  }

  /** Asks for the rows from `start` up to `end` that are not here, and keeps those that are. */
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

  /** Takes rows in. Rows that were asked for and forgotten since are left out. */
  put({ start, columns }: RowsInfo): void {
    const page = start / pageRows;
    if (this.pages.has(page)) this.pages.set(page, columns);
  }

  /** Forgets that rows were asked for: the next look asks again. */
  failed(start: number): void {
    this.pages.delete(start / pageRows);
  }
}
