import { type TextFormat } from './textFormat.ts';

/** A format that DuckDB does not read, whose files are converted to Parquet first. */
export type ConvertedFormat = 'arrow' | 'xlsx';

/** A file to convert to Parquet. */
export interface Conversion {
  readonly format: ConvertedFormat;
  /** Host path of the file. */
  readonly file: string;
  /** Name of the file in errors. */
  readonly pondPath: string;
  /** Name of the sheet of a workbook; undefined for its only one. */
  readonly sheet?: string;
  /** Format that is stated for the table of a sheet. */
  readonly stated?: TextFormat;
  /** Host path of the Parquet file to write. */
  readonly target: string;
}
