/** Tables and parts of their views, as the query process knows them. */
import { type DiffCounts } from '../protocol/tableDiff.ts';
import { type SourceFile } from './sources.ts';

/** A table, as the query process knows it: Parquet files of one table in their order, or rows of a result it keeps. */
export type WorkerTable = { readonly files: readonly SourceFile[] } | { readonly result: number };

/** A window of a view. */
export interface TableWindow {
  readonly start: number;
  readonly count: number;
  /** Names of the columns, in this order; all when omitted. */
  readonly columns?: readonly string[];
  /** Longer texts are cut to this number of characters, and end with '…'; no limit when omitted. */
  readonly textMax?: number;
  /** True for the position of each row in the table, in addition to its values. */
  readonly positions?: boolean;
}

/** Cells of a view: all of its rows when `rows` is omitted, and some of its columns. */
export interface ViewCells {
  /** 0-based, `end` exclusive. */
  readonly rows?: { readonly start: number; readonly end: number };
  readonly columns: readonly string[];
}

/** Numbers of differences, and what shows whether the key identifies rows. */
export interface KeyedCounts {
  readonly counts: DiffCounts;
  /** Sum of the hashes of the keys of added rows, less that of removed ones. */
  readonly hashes: bigint;
  /** Changed rows whose key an earlier changed row has too. */
  readonly repeated: number;
}
