/** Results of queries, which are tables, and their rows. */

/** A column of a table. */
export interface Column {
  readonly name: string;
  /** DuckDB's name of the type. */
  readonly type: string;
}

export interface QueryResult {
  /** Identifies a result, whose rows can be fetched until it is released. */
  readonly resultId: string;
  readonly columns: readonly Column[];
  readonly rowCount: number;
  /** From the call to the last row, milliseconds. */
  readonly elapsedMs: number;
}

/** File format of a result: ndjson is one JSON object per line, arrow an Arrow IPC file. */
export type ResultFormat = 'csv' | 'json' | 'ndjson' | 'parquet' | 'arrow' | 'markdown' | 'xlsx';

/** A window of a result, column by column. NULL is null; any other value is DuckDB's text for it. */
export interface RowWindow {
  /** 0-based index of the first row. */
  readonly start: number;
  readonly columns: readonly (readonly (string | null)[])[];
  /** Position of each row in the table, from 0; only when asked for. */
  readonly positions?: readonly number[];
}
