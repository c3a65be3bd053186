/** The requests of differences between tables, as a table. See commands.ts for the rules common to all requests. */
import { type ComparedTable } from './rowDiff.ts';
import { type OpenedTableInfo } from './tables.ts';

/** A column of two tables. */
export interface DiffColumnInfo {
  /** Its name in the table of differences. */
  readonly name: string;
  /** Its type in each table; null where the table does not have it. */
  readonly before: string | null;
  readonly after: string | null;
  /** Name of the column with the values before, where they changed; null for a column that has none, as far as is known. */
  readonly old: string | null;
}

/** Differences as a table: for an added row its values, for a removed one those that it had, for a changed one both. */
export interface TableDiffInfo extends OpenedTableInfo {
  /** Names of the columns by which rows are matched; empty when whole rows are compared, so that none is changed. */
  readonly key: readonly string[];
  /** True when equal rows are among the rows. */
  readonly all: boolean;
  readonly diffColumns: readonly DiffColumnInfo[];
  /** Name of the column with the kind of each row: `added`, `removed`, `changed`; NULL for an equal row. */
  readonly changeColumn: string;
  /** Name of the column with the indexes, in `diffColumns`, of the changed values of a row: `,0,3,`; NULL for none. */
  readonly cellsColumn: string;
  readonly rowsBefore: number;
  readonly rowsAfter: number;
  /** Null while rows are being kept; `diffCounts` counts them. */
  readonly counts: DiffCounts | null;
  /** The query of the differences. */
  readonly sql: string;
}

/** Numbers of differences. */
export interface DiffCounts {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** Numbers of changed values, in the order of `diffColumns`. */
  readonly values: readonly number[];
}

export interface TableDiffCommands {
  /**
   * Opens the differences of two tables, in the order of the key, and returns before all of them are kept. `key` names
   * the columns that identify a row; without, the time column or another one that does is found. The rows that differ are
   * kept, with `all` the equal ones too. The table is `source` of the requests of tables, and to be released. Fails as
   * `query`, and `invalid-content` for a key that rows of one table share.
   */
  openTableDiff: {
    params: {
      readonly pond: string;
      readonly before: ComparedTable;
      readonly after: ComparedTable;
      readonly key?: readonly string[];
      readonly all?: boolean;
    };
    result: TableDiffInfo;
  };
  /** Counts the differences of an opened table of them, which has a number of `diffColumns`, once all are kept. */
  diffCounts: {
    params: { readonly pond: string; readonly resultId: string; readonly columns: number };
    result: DiffCounts;
  };
}
