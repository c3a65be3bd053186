import { LruCache } from '../../../../server/src/base/lruCache.ts';
import { type RowWindow } from '../../../../server/src/protocol/commands.ts';

/** Rows per request, and maximum number of requests whose rows are kept. */
export const pageRows = 200;
const pagesMax = 50;

type Page = RowWindow | 'requested';

/** Rows of a result in the page, loaded on request: the most recently used pages of a bounded number. */
export class RowCache {
  readonly #pages = new LruCache<number, Page>({ max: pagesMax });
  readonly #request: (start: number, count: number) => void;

  constructor(request: (start: number, count: number) => void) {
    this.#request = request;
  }

  /** Text of a cell; null for NULL, undefined when its row is not loaded. */
  cell(row: number, column: number): string | null | undefined {
    const page = this.#pages.get(Math.floor(row / pageRows));
    return page === undefined || page === 'requested' ? undefined : page.columns[column]?.[row % pageRows];
  }

  /** Position of a row in the table; undefined when it is not loaded, or was not asked for. */
  position(row: number): number | undefined {
    const page = this.#pages.get(Math.floor(row / pageRows));
    return page === undefined || page === 'requested' ? undefined : page.positions?.[row % pageRows];
  }

  /** Requests the missing rows from `start` up to `end`, and marks the loaded ones as used. */
  want(start: number, end: number): void {
    for (let page = Math.floor(start / pageRows); page * pageRows < end; page++) {
      if (this.#pages.get(page) !== undefined) continue;
      this.#pages.set(page, 'requested');
      this.#request(page * pageRows, pageRows);
    }
  }

  /** Stores rows. Rows evicted since their request are dropped. */
  put(rows: RowWindow): void {
    const page = rows.start / pageRows;
    if (this.#pages.has(page)) this.#pages.set(page, rows);
  }

  /** Clears a failed request: the next `want` requests the rows again. */
  failed(start: number): void {
    this.#pages.delete(start / pageRows);
  }
}
