/** Views of tables: rows of a file or of a result, filtered and sorted by the engine, and facts about their values. */
import { type Column } from './results.ts';

/** A sort key. NULL comes last in both directions. */
export interface SortKey {
  readonly column: string;
  readonly descending: boolean;
}

/** A condition on a column. A text is compared in any case of its letters, a value as one of the column's type. */
export type ColumnFilter = { readonly column: string } & (
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly value: string }
  /** Between two values, both included. */
  | { readonly kind: 'between'; readonly low: string; readonly high: string }
  | { readonly kind: TextMatch; readonly text: string }
  /** One of the values, or none of them with `exclude`; null is NULL. */
  | { readonly kind: 'values'; readonly values: readonly (string | null)[]; readonly exclude?: boolean }
  | { readonly kind: 'missing' | 'present' }
);

/** `<>` is true for NULL; the others are not. */
export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** `lacks`, the opposite of `contains`, is true for NULL; the others are not. */
export type TextMatch = 'contains' | 'lacks' | 'begins' | 'ends';

/** The rows that meet all filters, in the order of the sort keys; rows that are equal there stay in their own order. */
export interface TableView {
  readonly sort: readonly SortKey[];
  readonly filters: readonly ColumnFilter[];
}

/** The view with all rows, in the order of the table. */
export const wholeView: TableView = { sort: [], filters: [] };

/** A match to find: a text in some columns, or the first row that meets a condition. */
export type TableMatch = { readonly text: string; readonly columns: readonly string[] } | ColumnFilter;

/** Start of a search: the cell itself is not looked at. `row` is -1 before the first. */
export interface SearchStart {
  readonly row: number;
  /** Index among the columns of the match. */
  readonly column: number;
  readonly backward?: boolean;
}

/** The cell that was found; `column` is its name. */
export interface FoundCell {
  readonly row: number;
  readonly column: string;
}

/** A cell by its row in the view and its column's index among those of a match. */
export interface FoundAt {
  readonly row: number;
  readonly column: number;
}

/** Numbers of matching cells: of all, and of those up to a cell in the order of the search, itself included. */
export interface MatchCounts {
  readonly total: number;
  readonly upTo: number;
}

/** A bar of a histogram: rows from `low` to below `high`, in the last bar up to `high`. */
export interface HistogramBar {
  readonly low: string;
  readonly high: string;
  readonly rows: number;
}

/** Facts about the values of a column in a view. */
export interface ColumnSummary {
  readonly column: Column;
  readonly rows: number;
  readonly missing: number;
  /** Number of different values; an estimate, within a few percent, when `isEstimated`. */
  readonly distinct: number;
  readonly isEstimated: boolean;
  /** Minimum and maximum; null without values. */
  readonly min: string | null;
  readonly max: string | null;
  /** For numbers: mean and estimated median of the finite ones, and the number of those that are not finite. */
  readonly numbers?: { readonly mean: string | null; readonly median: string | null; readonly notFinite: number };
  readonly times?: TimeFacts;
  /** For numbers and times; empty without finite values. */
  readonly histogram: readonly HistogramBar[];
  /** The most frequent values, most frequent first, as many as were asked for; NULL is not among them. */
  readonly top: readonly { readonly value: string; readonly rows: number }[];
}

/** Facts about the times of a column. */
export interface TimeFacts {
  /** The most frequent distance of adjacent times, seconds; null with less than two times. */
  readonly stepSeconds: number | null;
  /** Number of distances of more than one and a half steps; the longest, in seconds, and the time where it begins. */
  readonly gaps: number;
  readonly longestGapSeconds: number | null;
  readonly longestGapFrom: string | null;
  /** Rows whose time an earlier row has too. */
  readonly duplicates: number;
}

/** Facts about the values of cells, in any number of columns. */
export interface CellFacts {
  readonly cells: number;
  readonly missing: number;
  /**
   * Of the finite numbers. Minimum and maximum are exact, and so is the sum of integers and decimals of at most 18 digits;
   * other sums and the mean have 15 significant digits. Omitted without numbers.
   */
  readonly numbers?: {
    readonly count: number;
    readonly sum: string;
    readonly mean: string;
    readonly min: string;
    readonly max: string;
  };
  /** Of the finite times, and the seconds since 1970 of a column Timestamp. Omitted without times. */
  readonly times?: {
    readonly count: number;
    readonly first: string;
    readonly last: string;
    readonly spanSeconds: number;
  };
  /** Numbers and times that are not finite. */
  readonly notFinite: number;
}
