/** One query, and the version of the pond that it reads. */
export interface QueryRequest {
  readonly sql: string;
  /** Version of all tables that name none; the working tree, staged changes included, when undefined. */
  readonly at?: string;
  /** Values of the parameters in the text, `$name` or `?`; none when omitted. */
  readonly parameters?: readonly QueryParameter[];
}

/** Queries over the same tables, with the same columns: the rows of each follow those of the one before. */
export interface QueryChain extends QueryRequest {
  readonly following?: readonly string[];
}

/** The value of a parameter of a query. */
export interface QueryParameter {
  /** Name without the `$`; the 1-based number of a `?`. */
  readonly name: string;
  readonly value: string;
  /** DuckDB's name of the type; when omitted, the type that the query needs there, or text where it needs none. */
  readonly type?: string;
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
  /** Position of each row in the table, from 0; only when asked for. */
  readonly positions?: readonly number[];
}

/** Format of a result in a file; ndjson are the objects of json, one per line. */
export type FileFormat = 'csv' | 'json' | 'ndjson' | 'parquet' | 'arrow' | 'markdown' | 'xlsx';
