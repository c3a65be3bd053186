/** Texts that a source appended to, as series: each version of the text gives the rows that it added. */
import { type Content } from '../tinyfs/backend.ts';

/** Rows that an append added. */
export interface AppendedRows {
  /** Number of rows; 0 for an append that ended no row. */
  readonly rowCount: number;
  /** Returns the rows as Parquet. */
  readonly open: () => Promise<Content>;
}

/** The rows of a text, in the order of its appends. */
export interface ParsedText {
  /** Name of the column with the times of rows. */
  readonly timeColumn: string;
  /** One for each end. */
  readonly appends: readonly AppendedRows[];
}

/** Reads texts as rows. */
export interface TextParser {
  /**
   * Reads a text, whose appends ended at these byte offsets, ascending, the last at its end. Returns a
   * sentence for people where the text cannot be a series.
   */
  parse(path: string, text: AsyncIterable<Uint8Array>, ends: readonly number[]): Promise<ParsedText | string>;
}

/**
 * Returns how many records of a text end at or before each of some byte offsets, ascending; at the last one, which is the
 * end of the text, a record needs no line feed. Blank lines count as none. A line feed in quotes ends no record.
 */
export async function recordsUpTo(
  text: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ends: readonly number[],
  { hasQuotes }: { readonly hasQuotes: boolean },
): Promise<readonly number[]> {
  const counts: number[] = [];
  let [offset, records] = [0, 0];
  let [isQuoted, isBlank] = [false, true];
  const pass = (): void => {
    while (counts.length < ends.length - 1 && ends[counts.length]! <= offset) counts.push(records);
  };
  for await (const part of text) {
    for (const byte of part) {
      pass();
      offset += 1;
      if (byte === quote && hasQuotes) isQuoted = !isQuoted;
      if (byte === lineFeed && !isQuoted) {
        if (!isBlank) records += 1;
        isBlank = true;
      } else if (byte !== carriageReturn && byte !== space) isBlank = false;
    }
  }
  pass();
  return [...counts, isBlank ? records : records + 1];
}

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
