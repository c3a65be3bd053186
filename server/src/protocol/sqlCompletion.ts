/** Names in SQL that a person types. See commands.ts for the rules common to all requests. */
import { type At, type InPond } from './params.ts';
import { type Column } from './results.ts';

/** Kinds of completed names, in the order in which they are offered. */
export const sqlNameKinds = ['directory', 'file', 'table', 'column', 'function', 'keyword'] as const;

/** A name that may stand at a position of a text of SQL. */
export interface SqlNameInfo {
  readonly kind: (typeof sqlNameKinds)[number];
  /** The text that replaces the begun word: a whole path, or a name in quotes if it needs them. Escaped in a document. */
  readonly text: string;
  /** Type of a column. */
  readonly detail?: string;
}

/** Names that may stand at a position. */
interface SqlNamesInfo {
  /** Index of the first character of the begun word, which ends at the position. */
  readonly start: number;
  readonly names: readonly SqlNameInfo[];
  /** True when some names are left out; those that begin with the begun word are preferred. */
  readonly isPartial: boolean;
}

/** A position in a text of SQL, or in the text of a resource document with `isDocument`. */
export type SqlTextParams = InPond &
  At & {
    readonly text: string;
    /** Index in the text, in UTF-16 code units. */
    readonly offset: number;
    readonly isDocument?: boolean;
  };

/** A name in SQL: of a table, or of a column, which has a type. */
export interface SqlNameAtInfo {
  /** The characters of the name in the text. */
  readonly start: number;
  readonly end: number;
  /** The file of the table; the first one of a pattern, which is `pattern` then. */
  readonly path: string;
  /** `path` with the name of its resource, where that differs. */
  readonly displayPath?: string;
  readonly pattern?: string;
  readonly column?: Column;
}

/** An error of a query in a document. */
export interface SqlProblemInfo {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** The characters in the document at which it is. */
  readonly start: number;
  readonly end: number;
}

export interface SqlCompletionCommands {
  /**
   * Names for the word that is begun at a position. In quotes they are paths, or columns; elsewhere columns of the
   * tables that the statement names, functions and keywords. None in a comment, and in a string that is not a path. A
   * table that cannot be read has no columns. In a query of a document, names of its inputs too; null outside of its
   * queries.
   */
  completeSql: { params: SqlTextParams; result: SqlNamesInfo | null };
  /** The table or the column that a name at a position means; null for anything else, and where no file is there. */
  sqlNameAt: { params: SqlTextParams; result: SqlNameAtInfo | null };
  /**
   * Errors of the queries in a resource document, one for each query: of the syntax, and names and types that do not fit the
   * inputs, of which those that are derived are made. Errors of the files themselves are left to the run.
   */
  checkQueries: { params: InPond & { readonly text: string }; result: readonly SqlProblemInfo[] };
}
