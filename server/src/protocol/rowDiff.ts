/** The request that compares the rows of two tables. See commands.ts for the rules common to all requests. */
import { type Column } from './results.ts';

/** A table of a pond, in the working tree unless at a version; or a query, whose names have their versions. */
export type ComparedTable = { readonly path: string; readonly at?: string } | { readonly sql: string };

/** A row that differs. Values are text, null for NULL, in the order of `columns`; null on the side without the row. */
export interface DifferentRow {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly before: readonly (string | null)[] | null;
  readonly after: readonly (string | null)[] | null;
}

export interface RowDiffInfo {
  /** Names of the columns by which rows are matched; empty when whole rows are compared, so that none is `changed`. */
  readonly key: readonly string[];
  /** Columns of both tables. */
  readonly columns: readonly string[];
  readonly addedColumns: readonly Column[];
  readonly removedColumns: readonly Column[];
  readonly changedTypes: readonly { readonly column: string; readonly before: string; readonly after: string }[];
  readonly rowsBefore: number;
  readonly rowsAfter: number;
  /** Numbers of rows. */
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** Numbers of changed values, for the columns that have any. */
  readonly changedValues: readonly { readonly column: string; readonly count: number }[];
  /** The first rows that differ, in the order of the key. */
  readonly rows: readonly DifferentRow[];
}

export interface RowDiffCommands {
  /**
   * Compares the rows of the table at `path` from a version (HEAD) to another (the working tree), or with the table at
   * `other`; or any two tables, `before` and `after`. `key` names the columns that identify a row; without, the time
   * column or another one that does is found. At most `limit` rows are returned. Fails as a query, `usage` without two
   * tables, and `invalid-content` for a key that rows of one table share.
   */
  diffRows: {
    params: {
      readonly pond: string;
      readonly path?: string;
      readonly other?: string;
      readonly from?: string;
      readonly to?: string;
      readonly before?: ComparedTable;
      readonly after?: ComparedTable;
      readonly key?: readonly string[];
      readonly limit: number;
    };
    result: RowDiffInfo;
  };
}
