/** Completion of SQL that a person types. See commands.ts for the rules common to all requests. */
import { type At, type InPond } from './params.ts';

/** Kinds of completed names, in the order in which they are offered. */
export const sqlNameKinds = ['directory', 'file', 'column', 'function', 'keyword'] as const;

/** A name that may stand at a position of a text of SQL. */
export interface SqlNameInfo {
  readonly kind: (typeof sqlNameKinds)[number];
  /** The text that replaces the begun word: a whole path, or a name in quotes if it needs them. */
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

export interface SqlCompletionCommands {
  /**
   * Names for the word that is begun at an index of a text of SQL, in UTF-16 code units. In quotes they are paths, or
   * columns; elsewhere columns of the tables that the statement names, functions and keywords. None in a comment, and in a
   * string that is not a path. A table that cannot be read has no columns.
   */
  completeSql: { params: InPond & At & { readonly text: string; readonly offset: number }; result: SqlNamesInfo };
}
