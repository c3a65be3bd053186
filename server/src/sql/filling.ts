import { throwIfCancelled } from '../base/cancelled.ts';
import { type Appender } from '../duckdb/appender.ts';
import { type RowStream } from '../duckdb/statements.ts';
import { type ReportRows } from '../sandbox/messages.ts';

/** Rows that are read before the first ones are shown: more than fit on a screen. */
const firstRows = 2048;

/** Fills a table with the rows of a stream: the first ones at once, the others afterwards. */
export class Filling {
  readonly #appender: Appender;
  readonly #stream: RowStream;
  readonly #signal: AbortSignal;
  readonly #report: ReportRows | undefined;
  #rowCount = 0;

  constructor(appender: Appender, stream: RowStream, signal: AbortSignal, report: ReportRows | undefined) {
    this.#appender = appender;
    this.#stream = stream;
    this.#signal = signal;
    this.#report = report;
  }

  /** Rows that were read so far. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** Reads the first rows, which are in the table afterwards. True when these are all; then it is finished. */
  async begin(): Promise<boolean> {
    let isWhole = false;
    await this.#closeOnFailure(async () => {
      while (!isWhole && this.#rowCount < firstRows) isWhole = !(await this.#append());
      this.#appender.flush();
    });
    if (isWhole) this.#appender.close();
    return isWhole;
  }

  /** Reads all other rows. Fails `cancelled` after the signal. */
  async finish(): Promise<void> {
    await this.#closeOnFailure(async () => {
      while (await this.#append());
    });
    this.#appender.close();
  }

  async #append(): Promise<boolean> {
    throwIfCancelled(this.#signal, 'the query');
    const chunk = await this.#stream.next();
    if (chunk === undefined) return false;
    this.#appender.appendChunk(chunk);
    this.#rowCount += chunk.rowCount;
    this.#report?.(this.#rowCount);
    return true;
  }

  async #closeOnFailure(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#appender.close();
      throw error;
    }
  }
}
