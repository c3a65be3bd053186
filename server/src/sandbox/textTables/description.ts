import { type TextFormat } from '../textFormat.ts';

/** Decisions about the text of a CSV file, with their origins, for people: plain data that can be sent and shown. */
export interface TextDescription {
  /** Absolute pond path. */
  readonly path: string;
  /** Such as `utf-8`: one of `encodings` of decoded.ts. */
  readonly encoding: string;
  readonly compression: 'gzip' | 'zstd' | undefined;
  readonly delimiter: string;
  /** Empty for a file read without quotes. */
  readonly quote: string;
  readonly lineEnds: readonly ('LF' | 'CRLF' | 'CR')[];
  /** True when the last line has an end too. */
  readonly hasLastEnd: boolean;
  /** 1-based line of the names; undefined without a header. */
  readonly headerLine: number | undefined;
  /** Further headers inside the file, 1-based. */
  readonly laterHeaderLines: readonly number[];
  /** 1-based; undefined without a row of units. */
  readonly unitsLine: number | undefined;
  /** 1-based: the last line of units, or of those left out below the header; undefined without any. */
  readonly headEnd: number | undefined;
  /** Lines that are not rows, in order of the reasons' first lines. */
  readonly skipped: readonly SkippedLines[];
  /** Order of day and month, or format; undefined when no date has an order that matters. */
  readonly dates: { readonly text: string; readonly decidedBy: string } | undefined;
  /** Columns with times that the clocks of the stated zone repeated. */
  readonly repeated: readonly RepeatedTimes[];
  readonly columns: readonly DescribedColumn[];
  readonly rowCount: number;
  readonly offers: readonly FormatOffer[];
  /** Stated options, by the names of the options, such as `delimiter`; all else was found in the file. */
  readonly stated: readonly string[];
}

/** Options that may be stated about a file, as its text suggests; nothing is read by them until they are. */
export interface FormatOffer {
  /** Without a full stop. */
  readonly reason: string;
  readonly format: TextFormat;
}

/** Lines that are left out for one reason. */
export interface SkippedLines {
  readonly reason: string;
  readonly count: number;
  /** 1-based. */
  readonly firstLine: number;
}

/** A column, with the reason for its type. */
export interface DescribedColumn {
  readonly name: string;
  /** DuckDB's name of the type. */
  readonly type: string;
  /** From the row of units; undefined without one, or when it is empty there. */
  readonly unit: string | undefined;
  /** Why it has this type where that is not plain from its values: `text, as line 7 has "T"`. */
  readonly reason: string | undefined;
}

/** Times of a column that are in hours that clocks repeated: their numbers. */
interface RepeatedTimes {
  readonly column: string;
  readonly zone: string;
  readonly first: number;
  readonly second: number;
  /** Those of both passes whose pass is as stated; the order of the rows shows that of the others. */
  readonly stated: number;
}
