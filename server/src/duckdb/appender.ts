import { type DuckDBAppender } from '@duckdb/node-api';
import { type Chunk, type Value } from './values.ts';
import { loadNative } from './native.ts';

const chunkRowsMax = 2048;

/** Appends rows to one table. All rows are in the table after close. */
export class Appender {
  readonly #appender: DuckDBAppender;

  constructor(appender: DuckDBAppender) {
    this.#appender = appender;
  }

  /** Appends rows of another query's result; its columns must match the table's. */
  appendChunk(chunk: Chunk): void {
    this.#appender.appendDataChunk(chunk);
  }

  /** Appends rows given as columns of equal length, in DuckDB's value classes. */
  async appendColumns(columns: readonly (readonly Value[])[]): Promise<void> {
    const { DuckDBDataChunk } = await loadNative();
    const types = columns.map((_, index) => this.#appender.columnType(index));
    const rowCount = columns[0]?.length ?? 0;
    for (let start = 0; start < rowCount; start += chunkRowsMax) {
      const chunk = DuckDBDataChunk.create(types);
      chunk.setColumns(columns.map((column) => column.slice(start, start + chunkRowsMax)));
      this.#appender.appendDataChunk(chunk);
    }
  }

  /** Puts the rows so far into the table. */
  flush(): void {
    this.#appender.flushSync();
  }

  close(): void {
    this.#appender.closeSync();
  }
}
