/** The notation of files that are read as one source: what one of them shows decides what others leave open. */
import { type DateOrder } from './dateShape.ts';

/** Values of a column, in a file or in all files of a source. */
export interface NotedColumn {
  /** In lower case. */
  readonly name: string;
  /** Bits of the forms of all values. */
  readonly found: number;
  /** True when commas in the values may divide them. */
  readonly hasDividing: boolean;
  /** From the row of units, or of the first file that has one. */
  readonly unit?: string;
}

/** The notation that the content of a file shows, as plain data. */
export interface FileNotation {
  readonly columns: readonly NotedColumn[];
  /** Names in `columns` of numbers that both decimal signs fit, where no other column of the file shows its sign. */
  readonly openNumbers: readonly string[];
  /** Orders of day, month and year that its dates show. */
  readonly orders: readonly DateOrder[];
  /** True when it has dates that are others in another order, and none is stated. */
  readonly hasOpenDates: boolean;
  /** Names in its header; undefined without one. */
  readonly header?: readonly string[];
  /** Names of its columns. */
  readonly names: readonly string[];
  /** See TextLayout. */
  readonly alike: readonly (readonly string[])[];
  /** Number of its columns when it has no header, and none is stated; otherwise 0. */
  readonly bareColumns: number;
}

/** The notation of the files of a source, as plain data; paths are those of the files, for messages. */
export interface Notation {
  /** One of each name. */
  readonly columns: readonly NotedColumn[];
  readonly orders: readonly { readonly order: DateOrder; readonly path: string }[];
  /** Files with dates that are others in another order. */
  readonly openDates: readonly string[];
  /** One of each number of columns. */
  readonly headers: readonly { readonly names: readonly string[]; readonly path: string }[];
  /** The first names that differ in case alone, of each such name. */
  readonly alike: readonly { readonly names: readonly string[]; readonly path: string }[];
  /** The first unit of each column that has one; names in lower case. */
  readonly units: readonly { readonly name: string; readonly unit: string; readonly path: string }[];
}
