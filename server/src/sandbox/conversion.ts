import { type TextFormat } from './textFormat.ts';

/** A format that DuckDB does not read, whose files are converted to Parquet first. */
export type ConvertedFormat = 'arrow' | 'xlsx';

/** A top column of a Parquet file whose integers are durations. */
export interface DurationColumn {
  /** Its place among the top columns, 0-based. */
  readonly index: number;
  /** Decimal digits of its unit in a second: 3 for milliseconds. */
  readonly digits: number;
}

/** A file to convert to Parquet. */
export interface Conversion {
  /** `parquet` for a Parquet file that is not read in place: see requireExactParquet; `joined` for joined versions. */
  readonly format: ConvertedFormat | 'parquet' | 'joined';
  /** Host path of the file. */
  readonly file: string;
  /** Name of the file in errors. */
  readonly pondPath: string;
  /** Name of the sheet of a workbook; undefined for its only one. */
  readonly sheet?: string;
  /** Format that is stated for the table of a sheet. */
  readonly stated?: TextFormat;
  /** The durations of a Parquet file. */
  readonly durations?: readonly DurationColumn[];
  /** Host path of the Parquet file to write. */
  readonly target: string;
}
