import { type TableView } from '../../../../server/src/protocol/commands.ts';
import { isWhole } from './viewState.ts';

/** Interface of the page to the counter. */
interface RowCounterHost {
  /** Counts the rows of a view; rejects when it fails, or another view is counted. */
  count(view: TableView): Promise<number>;
  /** A number is known, or no longer. */
  changed(): void;
  failed(error: unknown): void;
}

/** Numbers of rows of a table and of its view, as far as they are known. */
export class RowCounter {
  readonly #host: RowCounterHost;
  #view: TableView;
  #all: number | undefined;
  #counted: number | undefined;
  /** Rows that were received, while their number is not known. */
  #received = 0;

  constructor(view: TableView, total: number | undefined, host: RowCounterHost) {
    this.#view = view;
    this.#all = total;
    this.#host = host;
  }

  /** Rows of the table; undefined while they are being computed. */
  get total(): number | undefined {
    return this.#all;
  }

  /** Rows of the view; undefined while they are being counted. */
  get known(): number | undefined {
    return this.#counted;
  }

  /** Rows of the view; while they are being counted, up to the last that was received. */
  get rows(): number {
    return this.#counted ?? this.#received;
  }

  /** Counts the rows of another view. */
  begin(view: TableView): void {
    this.#view = view;
    this.#received = 0;
    this.#counted = isWhole(view) ? this.#all : undefined;
    this.#host.changed();
    if (!isWhole(view)) void this.#count(view);
  }

  /** All rows of the table are known. */
  setTotal(rows: number): void {
    this.#all = rows;
    if (isWhole(this.#view)) this.#counted = rows;
    this.#host.changed();
  }

  /** Rows of the view up to `end` were received. */
  receive(end: number): void {
    this.#received = Math.max(this.#received, end);
  }

  async #count(view: TableView): Promise<void> {
    try {
      this.#counted = await this.#host.count(view);
      this.#host.changed();
    } catch (error) {
      this.#host.failed(error);
    }
  }
}
