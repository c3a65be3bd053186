/** The request that merges the rows of a table in conflict. See commands.ts for the rules common to all requests. */

/** A row as text, in the order of the columns; null for a table that does not have it. */
export type MergedRowInfo = readonly (string | null)[] | null;

/** A row that both sides changed, each in another way. */
export interface ConflictRow {
  /** Values of the key. */
  readonly key: readonly (string | null)[];
  /** The row that both sides changed, the staged one, and that of the other commit. */
  readonly base: MergedRowInfo;
  readonly ours: MergedRowInfo;
  readonly theirs: MergedRowInfo;
}

/** The side that a row has of two: the staged one, or that of the other commit. */
export type MergeSide = 'ours' | 'theirs';

/** A person's choice for a row that both sides changed. */
export interface RowChoiceInfo {
  readonly key: readonly (string | null)[];
  /** The side of the row; with `columns`, of these alone, and the other side of the rest. */
  readonly take: MergeSide;
  readonly columns?: readonly string[];
}

export interface RowMergeInfo {
  readonly key: readonly string[];
  readonly columns: readonly string[];
  /** True when the merged table is staged, and the path no longer in conflict. */
  readonly merged: boolean;
  /** Numbers of rows of the other commit that are added to, removed from and changed in the staged table. */
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** Number of rows that both sides changed and for which there is no choice, and the first of them. */
  readonly conflicts: number;
  readonly rows: readonly ConflictRow[];
}

export interface RowMergeCommands {
  /**
   * Merges the rows of a table in conflict: what one side changed, is changed; a row that both sides changed alike, too.
   * For any other row that both changed, `choices` say what it is, then `take`. With a row for neither, nothing is staged,
   * and at most `limit` of them are returned. Order, format and types are those of the staged table, and in a CSV file
   * each line that is not changed stays as it is. Fails `nothing-staged` for a path that is not in conflict, and
   * `invalid-content` for tables that cannot be merged by rows.
   */
  mergeRows: {
    params: {
      readonly pond: string;
      readonly path: string;
      readonly key?: readonly string[];
      readonly take?: MergeSide;
      readonly choices?: readonly RowChoiceInfo[];
      readonly limit: number;
    };
    result: RowMergeInfo;
  };
}
