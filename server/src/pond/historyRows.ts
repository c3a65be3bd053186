/** Rows of a pond's history, as SQL shows them. */
import { type CommitNumber, type CommitRange } from '../delta/commitNumber.ts';
import { type FileType } from '../tinyfs/backend.ts';

/** A row of the op log's public view; the SQL tables pond.nodes and pond.entries have these as columns. */
export interface NodeRow {
  readonly partId: string;
  readonly nodeId: string;
  readonly timestampUs: number;
  readonly version: number;
  readonly fileType: FileType | 'page' | 'commit';
  readonly metadata: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Undefined for a pending row. */
  readonly txn: CommitNumber | undefined;
}

export interface EntryRow {
  readonly directoryId: string;
  readonly name: string;
  readonly nodeId: string;
  readonly fileType: FileType;
  readonly version: number;
  readonly txn: CommitNumber | undefined;
}

export interface HistorySources {
  /** Absolute host paths of op-log Parquet files. docs/pond-format.md lists their columns. */
  readonly files: readonly string[];
  /**
   * Files into which another engine rewrote some of ours, as OPTIMIZE does, and the commits whose rows count in them.
   * Undefined when there are none.
   */
  readonly rewritten:
    | {
        readonly files: readonly string[];
        readonly commits: readonly CommitRange[];
        /** True when a row may be in several of the files. */
        readonly mayRepeat: boolean;
      }
    | undefined;
  readonly pendingNodes: readonly NodeRow[];
  readonly pendingEntries: readonly EntryRow[];
  /** Directory entries of all committed directory rows, decoded. Streams them without holding all in memory. */
  entries(): AsyncIterable<EntryRow>;
}
