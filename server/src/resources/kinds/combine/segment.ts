import { type HostFile } from '../../../pond/hostFile.ts';
import { type FileFacts } from '../../../sandbox/build.ts';

/** A file of a series: a version, or several small ones that have the same columns. */
export interface Segment {
  /** Absolute pond paths of its inputs, for users; at least one. */
  readonly paths: readonly string[];
  /** Path of the first of its inputs with a value in a column, which decides about the type there. */
  readonly pathOf: (column: string) => string;
  /** 0-based index of the series in the document. */
  readonly series: number;
  readonly file: HostFile;
  /** Excludes columns without values whose type differs in other files. */
  readonly facts: FileFacts;
  /** True if the file has columns that the facts exclude. */
  readonly hasNullColumns: boolean;
  /** The files in which adjacent segments were merged into this one: rows of equal time are missing in each. */
  readonly merged: readonly HostFile[];
}
