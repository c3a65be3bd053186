/**
 * Checks of the counts inside a page. The decoder believes them: a run of two thousand million levels is ten bytes in a
 * file, and hours of work.
 */
import { type Cursor, readVarint } from './thrift.ts';

/** What a page says of the values in it, and how long its levels are where its header tells that. */
export interface PageShape {
  /** Nulls included. */
  readonly valueCount: number;
  readonly encoding: number;
  /** Undefined where the lengths stand in the page, before the levels. */
  readonly levelBytes: { readonly repetition: number; readonly definition: number } | undefined;
}

/** What a column's schema says of its pages. */
export interface ColumnShape {
  readonly isBoolean: boolean;
  readonly repetitionMax: number;
  readonly definitionMax: number;
}

/** Encodings of values, by their number in Parquet. */
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

/** Throws when a data page, unpacked, holds runs of more values than it says, or is written in a way that is not read. */
export function checkRuns(bytes: Uint8Array, page: PageShape, column: ColumnShape): void {
  const cursor: Cursor = { bytes, at: 0 };
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
      if (width > 32) throw new Error(`${width} bits for a place in the dictionary`);
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

/** Checks levels and goes past them; `known` is their length where a header has it. */
function passLevels(cursor: Cursor, max: number, count: number, known: number | undefined): void {
  if (max > 0) {
    const start = known === undefined ? cursor.at + 4 : cursor.at;
    const end = start + (known ?? length(cursor));
    checkHybrid({ bytes: cursor.bytes, at: start }, end, 32 - Math.clz32(max), count);
    cursor.at = end;
  } else cursor.at += known ?? 0;
}

/** The length in the four bytes at the cursor. */
function length({ bytes, at }: Cursor): number {
  if (at + 4 > bytes.length) throw new Error('a page is cut short');
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}

/** Runs of one value and of packed values, as levels and places in a dictionary are written. */
function checkHybrid({ bytes, at }: Cursor, end: number, width: number, count: number): void {
  if (end > bytes.length) throw new Error('a page is cut short');
  const cursor: Cursor = { bytes, at };
  const valueBytes = Math.ceil(width / 8);
  for (let seen = 0; seen < count && cursor.at < end;) {
    const header = readVarint(cursor);
    const isPacked = header % 2 === 1;
    const run = isPacked ? ((header - 1) / 2) * 8 : header / 2;
    // Packed values take room, so there are no more than fit; writers fill a run up to eight, or to more. A run of one
    // value takes none, whatever its length.
    const size = isPacked ? (run / 8) * width : valueBytes;
    if (cursor.at + size > end || (!isPacked && seen + run > count)) {
      throw new Error(`a run of ${run} values in a page of ${count}`);
    }
    seen += run;
    cursor.at += size;
  }
}

/** Blocks of differences: the sizes at their start are what everything after them is counted by. */
function checkDelta({ bytes, at }: Cursor): void {
  if (at >= bytes.length) return;
  const cursor: Cursor = { bytes, at };
  const block = readVarint(cursor);
  const miniblocks = readVarint(cursor);
  if (miniblocks >= 1 && miniblocks <= deltaMiniblocksMax && block <= deltaBlockMax && block % miniblocks === 0) return;
  throw new Error(`blocks of ${block} values in ${miniblocks} parts`);
}
