/**
 * Checks the counts inside a page. The decoder trusts them: a run of two billion levels is ten bytes in a file, and
 * hours of work.
 */
import { type ByteCursor, readVarint } from './thrift.ts';

/** Value count of a page, with the lengths of its levels where its header has them. */
export interface PageShape {
  /** Nulls included. */
  readonly valueCount: number;
  readonly encoding: number;
  /** Undefined where the lengths are in the page, before the levels. */
  readonly levelBytes: { readonly repetition: number; readonly definition: number } | undefined;
}

/** Properties of a column's schema that determine its pages. */
export interface ColumnShape {
  readonly isBoolean: boolean;
  readonly repetitionMax: number;
  readonly definitionMax: number;
}

/** Encodings of values, by their Parquet number. */
export const encodings = {
  plain: 0,
  plainDictionary: 2,
  runs: 3,
  deltaBinary: 5,
  deltaLength: 6,
  runsOfDictionary: 8,
} as const;

const deltaMiniblocksMax = 512;
const deltaBlockMax = 1024 * 1024;

/** Throws when a decompressed data page holds runs of more values than it declares, or uses an unsupported encoding. */
export function checkRuns(bytes: Uint8Array, page: PageShape, column: ColumnShape): void {
  const cursor: ByteCursor = { bytes, at: 0 };
  const { valueCount, levelBytes } = page;
  passLevels(cursor, column.repetitionMax, valueCount, levelBytes?.repetition);
  passLevels(cursor, column.definitionMax, valueCount, levelBytes?.definition);
  switch (page.encoding) {
    case encodings.plain:
      return;
    case encodings.plainDictionary:
    case encodings.runsOfDictionary: {
      // A page of nulls may end here.
      const width = bytes[cursor.at++] ?? 0;
      if (width > 32) throw new Error(`${width} bits for an index of the dictionary`);
      return width === 0 ? undefined : checkHybrid(cursor, bytes.length, width, valueCount);
    }
    case encodings.runs:
      if (!column.isBoolean) break;
      return checkHybrid({ bytes, at: cursor.at + 4 }, cursor.at + 4 + length(cursor), 1, valueCount);
    case encodings.deltaBinary:
    case encodings.deltaLength:
      return checkDelta(cursor);
  }
  throw new Error(`the encoding ${page.encoding} is not read`);
}

/** Checks levels and moves past them; `known` is their length where a header has it. */
function passLevels(cursor: ByteCursor, max: number, count: number, known: number | undefined): void {
  if (max > 0) {
    const start = known === undefined ? cursor.at + 4 : cursor.at;
    const end = start + (known ?? length(cursor));
    checkHybrid({ bytes: cursor.bytes, at: start }, end, 32 - Math.clz32(max), count);
    cursor.at = end;
  } else cursor.at += known ?? 0;
}

/** Returns the length in the four bytes at the cursor. */
function length({ bytes, at }: ByteCursor): number {
  if (at + 4 > bytes.length) throw new Error('a page is cut short');
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}

/** Checks RLE and bit-packed runs, used for levels and dictionary indices. */
function checkHybrid({ bytes, at }: ByteCursor, end: number, width: number, count: number): void {
  if (end > bytes.length) throw new Error('a page is cut short');
  const cursor: ByteCursor = { bytes, at };
  const valueBytes = Math.ceil(width / 8);
  for (let seen = 0; seen < count && cursor.at < end;) {
    const header = readVarint(cursor);
    const isPacked = header % 2 === 1;
    const run = isPacked ? ((header - 1) / 2) * 8 : header / 2;
    // Bit-packed values take space, so only as many as fit; writers pad a run to eight or more. An RLE run takes no
    // space per value, whatever its length.
    const size = isPacked ? (run / 8) * width : valueBytes;
    if (cursor.at + size > end || (!isPacked && seen + run > count)) {
      throw new Error(`a run of ${run} values in a page of ${count}`);
    }
    seen += run;
    cursor.at += size;
  }
}

/** Checks delta blocks: the sizes in their header determine the counts of all that follows. */
function checkDelta({ bytes, at }: ByteCursor): void {
  if (at >= bytes.length) return;
  const cursor: ByteCursor = { bytes, at };
  const block = readVarint(cursor);
  const miniblocks = readVarint(cursor);
  if (miniblocks >= 1 && miniblocks <= deltaMiniblocksMax && block <= deltaBlockMax && block % miniblocks === 0) return;
  throw new Error(`blocks of ${block} values in ${miniblocks} parts`);
}
