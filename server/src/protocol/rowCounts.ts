/** The request that counts the rows by which changed tables differ. See commands.ts for the rules of all requests. */

/** Numbers of rows that were added, removed and changed. */
export interface RowCountsInfo {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
}

/** A changed table: how its rows differ, or why that is not known: too much to read, or not readable as tables. */
export type TableChangeInfo = { readonly path: string } & RowChange;

type RowChange = { readonly rows: RowCountsInfo } | { readonly unknown: 'large' | 'unreadable' };

export interface RowCountsCommands {
  /**
   * Counts, for each table that a diff lists as modified or renamed, the rows that differ: those that are known, and those
   * of at most `bytesMax` bytes of other tables. What was counted stays known, by the contents of both sides. `from`
   * defaults to HEAD, `to` to the working tree.
   */
  countRows: {
    params: {
      readonly pond: string;
      readonly from?: string;
      readonly to?: string;
      readonly paths?: readonly string[];
      readonly bytesMax: number;
    };
    result: readonly TableChangeInfo[];
  };
}
