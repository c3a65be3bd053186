/** The requests of views of tables. See commands.ts for the rules common to all requests. */
import { type NodeInfo } from './info.ts';
import { type Column, type ResultFormat, type RowWindow } from './results.ts';
import {
  type CellFacts,
  type ColumnSummary,
  type FoundAt,
  type FoundCell,
  type MatchCounts,
  type SearchStart,
  type TableMatch,
  type TableView,
} from './tableViews.ts';

/** A table: a Parquet file that is read in place, at a version; or a result that the query process keeps. */
export type TableSource = { readonly path: string; readonly at?: string } | { readonly resultId: string };

export interface OpenedTableInfo {
  /** The table, for the other requests. A result is to be released. */
  readonly source: TableSource;
  /** Names differ, also where those of a query are equal: `a`, `a_1`. */
  readonly columns: readonly Column[];
  /** Null while the rows of a result are being computed: `tableCount` waits for them. */
  readonly rowCount: number | null;
  readonly elapsedMs: number;
  /** Of a file. */
  readonly editing?: EditingInfo;
}

/** The content on which edits of a table are based, for `editTable`; or a sentence that says why there are none. */
export type EditingInfo = { readonly base: string } | { readonly refused: string };

/** Values of a row by the names of their columns, as texts that a CAST takes; null is NULL. */
export type RowValues = readonly (readonly [column: string, value: string | null])[];

/** Changed values of rows, removed rows, and new rows; positions are those of `tableRows`, before the edits. */
export interface TableEdits {
  readonly changed: readonly { readonly position: number; readonly values: RowValues }[];
  readonly deleted: readonly number[];
  /**
   * New rows, each before the row at `before`; those of one place in their order. The number of rows is the place after
   * the last. Columns without a value are NULL.
   */
  readonly inserted: readonly { readonly before: number; readonly values: RowValues }[];
}

/** A value to check before it becomes an edit. */
export interface CellValue {
  readonly column: string;
  readonly value: string | null;
}

/** A value as the file will have it, or what its column takes instead. */
export type CheckedCell = { readonly value: string | null } | { readonly expected: string };

type OfBase = { readonly pond: string; readonly path: string; readonly base: string };

type InView = { readonly pond: string; readonly source: TableSource; readonly view: TableView };

type InFormat = InView & { readonly columns?: readonly string[]; readonly format: ResultFormat };

export interface TableCommands {
  /**
   * Opens the table at a path, or the result of a query, and returns before all its rows are read. Parquet files, and
   * files that are read as such, are read in place; the rows of others are kept as a result. Fails as `query`.
   */
  openTable: {
    params: {
      readonly pond: string;
      readonly at?: string;
      readonly table: { readonly path: string } | { readonly sql: string };
    };
    result: OpenedTableInfo;
  };
  /**
   * Rows of a view: of the columns named, or all, as texts, which are cut to `textMax` characters and then end with '…'.
   * Fails `query-invalid` for unknown columns and for values that are not of their column's type.
   */
  tableRows: {
    params: InView & {
      readonly start: number;
      readonly count: number;
      readonly columns?: readonly string[];
      readonly textMax?: number;
      /** True for the positions of the rows in the table. */
      readonly positions?: boolean;
    };
    result: RowWindow;
  };
  /** Number of rows of a view. */
  tableCount: { params: InView; result: { readonly rowCount: number } };
  /** Facts about a column of a view, with its `topMax` most frequent values. */
  tableSummary: { params: InView & { readonly column: string; readonly topMax: number }; result: ColumnSummary };
  /**
   * Facts about the cells of some columns, in the rows of a view from `start` up to `end`, or in all. Fails
   * `query-invalid` for unknown columns.
   */
  cellFacts: {
    params: InView & {
      readonly rows?: { readonly start: number; readonly end: number };
      readonly columns: readonly string[];
    };
    result: CellFacts;
  };
  /**
   * The next cell of a view that matches, after a cell or, backward, before it: a text in some columns, or a condition.
   * `row` of the cell is -1 before the first; `column` is its index among the columns. Null when none follows.
   */
  findInTable: {
    params: InView & {
      readonly match: TableMatch;
      readonly start: SearchStart;
    };
    result: FoundCell | null;
  };
  /** Counts the cells of a view that match, as `findInTable` finds them; `at` is one of them, by its column's index. */
  countMatches: {
    params: InView & {
      readonly match: TableMatch;
      readonly at: FoundAt;
    };
    result: MatchCounts;
  };
  /** The query that returns the rows of a view. `sql` is the query of a result. */
  tableSql: {
    params: InView & { readonly columns?: readonly string[]; readonly sql?: string };
    result: { readonly sql: string };
  };
  /**
   * Checks values for cells of a CSV or Parquet table, in order: each is returned as the file will have it. Fails
   * `read-only` for a table that cannot be edited, also when `cells` is empty, and `conflict` as `editTable`.
   */
  checkCells: {
    params: OfBase & { readonly cells: readonly CellValue[] };
    result: { readonly cells: readonly CheckedCell[] };
  };
  /**
   * Stages a CSV or Parquet table with edited rows; all else of the file stays. With `to` the table is as it was, and the
   * edited one replaces another file of the pond, or a host file, for which the result is null. The result's `base` is the
   * content of the edited file, for further edits. Fails `conflict` when its
   * content is not `base`, `invalid-content` for a value that its column does not hold, `read-only`, and as `write` or
   * `queryToFile`; then nothing changes.
   */
  editTable: {
    params: OfBase & {
      readonly edits: TableEdits;
      readonly to?: { readonly path: string } | { readonly file: string };
    };
    result: (NodeInfo & { readonly base: string }) | null;
  };
  /** Writes a view to a host file. Fails as `queryToFile`. */
  exportTable: { params: InFormat & { readonly file: string }; result: { readonly rowCount: number } };
  /** Stages a view as a file of the pond. Fails as `write`. */
  saveTable: {
    params: InFormat & { readonly path: string; readonly overwrite: boolean };
    result: { readonly rowCount: number };
  };
}
