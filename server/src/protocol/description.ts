/** Answers about how files are read: plain data. Paths are absolute pond paths. */
import { type FormatOptions } from '../base/error.ts';
import { type FileTypeName } from './info.ts';

/** An option of a format, with the place that states it. */
export interface FormatOptionInfo {
  readonly option: string;
  /** Its value, as `setFormat` takes it. */
  readonly text: string;
  /** Absolute pond path of the file or folder for which it is stated. */
  readonly path: string;
  /** `path` by the name of its resource; omitted when it is the same. */
  readonly displayPath?: string;
  /** True for a statement in the document of the resource at `path`. */
  readonly inDocument?: true;
}

/** Statements about reading the text of files. */
export interface FormatInfo {
  readonly path: string;
  /** `path` by the name of its resource; omitted when it is the same. */
  readonly displayPath?: string;
  /** The options that hold at the path, each from the nearest statement. */
  readonly options: readonly FormatOptionInfo[];
  /** The options that are stated for paths below it. */
  readonly below: readonly FormatOptionInfo[];
}

/** A column of a table, and why it is read as it is. */
export interface DescribedColumnInfo {
  readonly name: string;
  /** DuckDB's name of the type. */
  readonly type: string;
  /** From a row of units. */
  readonly unit?: string;
  /** Reason for the type where its values do not show it. */
  readonly reason?: string;
}

/** Decisions about the text of a CSV file. */
export interface TextInfo {
  readonly encoding: string;
  readonly delimiter: string;
  /** Empty for a file read without quotes. */
  readonly quote: string;
  readonly lineEnds: readonly string[];
  /** 1-based; null without a header. */
  readonly headerLine: number | null;
  /** Further headers inside the file, 1-based. */
  readonly laterHeaderLines: readonly number[];
  /** 1-based; null without a row of units. */
  readonly unitsLine: number | null;
  readonly skipped: readonly { readonly reason: string; readonly count: number; readonly firstLine: number }[];
  /** Order or format of dates, and what decided it; null when it does not matter. */
  readonly dates: { readonly text: string; readonly decidedBy: string } | null;
}

/** Facts about a file that is a table, and about its reading. */
export interface DescriptionInfo {
  readonly path: string;
  /** `path` by the name of its resource; omitted when it is the same. */
  readonly displayPath?: string;
  readonly type: FileTypeName;
  /** Bytes of the file, or the number of entries of a Delta table's directory. */
  readonly size: number;
  /** Format of its content; null for a file that is not a table. */
  readonly reader: 'csv' | 'json' | 'parquet' | 'arrow' | 'xlsx' | 'delta' | null;
  readonly rowCount: number | null;
  readonly columns: readonly DescribedColumnInfo[];
  /** The time column with its minimum and maximum, in UTC; null without one. */
  readonly time: { readonly column: string; readonly first: string | null; readonly last: string | null } | null;
  /** Null for files other than CSV, and for empty ones. */
  readonly text: TextInfo | null;
  /** The stated format that holds for it. */
  readonly format: readonly FormatOptionInfo[];
  /** Formats that may be stated for it, as its text suggests, each with the reason as a sentence without a full stop. */
  readonly offers: readonly { readonly reason: string; readonly options: FormatOptions }[];
  /** Notes for people, as sentences without a full stop. */
  readonly notes: readonly string[];
}
