/** One query, and the version of the pond that it sees. */
export interface QueryRequest {
  readonly sql: string;
  /** A version for all tables that name none; the working tree, staged changes included, when undefined. */
  readonly at?: string;
}

export interface Column {
  readonly name: string;
  /** DuckDB's name of the type. */
  readonly type: string;
}

export interface QueryResult {
  /** Names a result that rows are fetched from until it is released. */
  readonly resultId: string;
  readonly columns: readonly Column[];
  readonly rowCount: number;
  /** From the call to the last row, milliseconds. */
  readonly elapsedMs: number;
}

/** A window of a result, column by column. NULL is null; all else is DuckDB's text of the value. */
export interface RowWindow {
  /** 0-based index of the first row. */
  readonly start: number;
  readonly columns: readonly (readonly (string | null)[])[];
}

export type FileFormat = 'csv' | 'json' | 'parquet';
export type TextFormat = 'csv' | 'json';
/** What a result is written to a file as; jsonLines are the objects of json one a line. */
export type CopyFormat = FileFormat | 'jsonLines';
