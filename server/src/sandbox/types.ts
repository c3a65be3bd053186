import { type TextFormat } from './textFormat.ts';

/** One query, and the version of the pond that it reads. */
export interface QueryRequest {
  readonly sql: string;
  /** Version of all tables that name none; the working tree, staged changes included, when undefined. */
  readonly at?: string;
  /** Values of the parameters in the text, `$name` or `?`; none when omitted. */
  readonly parameters?: readonly QueryParameter[];
  /** Formats stated for the tables of these names, paths or patterns, in addition to those of their files. */
  readonly formats?: ReadonlyMap<string, TextFormat>;
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
