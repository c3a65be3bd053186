/** One query, and the version of the pond that it reads. */
export interface QueryRequest {
  readonly sql: string;
  /** Version of all tables that name none; the working tree, staged changes included, when undefined. */
  readonly at?: string;
}

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

/** A window of a result, by column. NULL is null; any other value is DuckDB's text for it. */
export interface RowWindow {
  /** 0-based index of the first row. */
  readonly start: number;
  readonly columns: readonly (readonly (string | null)[])[];
}

export type FileFormat = 'csv' | 'json' | 'parquet';
export type TextFormat = 'csv' | 'json';
/** File format of a result; jsonLines are the objects of json, one per line. */
export type CopyFormat = FileFormat | 'jsonLines';
