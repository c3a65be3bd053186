/**
 * Options that a person states for the text of CSV files: for one file, all files of a folder, or the inputs of a resource.
 * Other options are found in the files.
 */
export interface TextFormat {
  /** One character, or several. */
  readonly delimiter?: string;
  /** One character; empty for files without quotes. */
  readonly quote?: string;
  /** One of `encodings` of textTables/decoded.ts, such as `latin-1`. */
  readonly encoding?: string;
  /** Character with which lines to leave out begin; empty when no line is a comment. */
  readonly comment?: string;
  /** Number of lines above the header, or above the first row without a header. */
  readonly skip?: number;
  /** False when the first line is a row. */
  readonly header?: boolean;
  /** Names of the columns, in place of the header's. */
  readonly names?: readonly string[];
  /** True when the line below the header has the units of the columns. */
  readonly units?: boolean;
  /** Number of lines to leave out below the header and its units. */
  readonly below?: number;
  /** Number of lines to leave out at the end. */
  readonly footer?: number;
  /** Texts that stand for a missing value, in addition to the empty one. */
  readonly nulls?: readonly string[];
  readonly decimal?: '.' | ',';
  /** Separator of thousands other than a comma or a point, which are found. */
  readonly thousands?: 'space' | 'apostrophe';
  /** Order of day, month and year; or a format of strptime, such as `%d.%m.%Y %H:%M`. */
  readonly dates?: string;
  /** Time zone of times without one, such as `America/Denver` or `-07:00`; UTC when undefined. */
  readonly zone?: string;
  /** Pass of times in an hour that the clocks of the zone repeat, where the order of the rows does not show it. */
  readonly repeated?: 'first' | 'second';
  /** Treatment of lines with too few or too many fields, which are an error when omitted. */
  readonly ragged?: 'fill' | 'skip';
  /** Types of columns by name, such as `text`; that of `*` is of all other columns. */
  readonly types?: Readonly<Record<string, string>>;
}
