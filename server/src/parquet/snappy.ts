/** Snappy's block format. The decoder's own implementation moves backward where a length says so, and may never end. */
import { type ByteCursor, readVarint } from './thrift.ts';

/** Decompresses a block of `length` bytes; throws when the bytes are not a block of that length. */
export function unpackSnappy(bytes: Uint8Array, length: number): Uint8Array {
  const cursor: ByteCursor = { bytes, at: 0 };
  const said = readVarint(cursor);
  if (said !== length) throw new Error(`a page of ${said} bytes; its header says ${length}`);
  const page = new Uint8Array(length);
  let end = 0;
  while (cursor.at < bytes.length) {
    const tag = readNumber(cursor, 1);
    const isLiteral = (tag & 3) === 0;
    const { size, offset } = isLiteral ? { size: literalSize(cursor, tag), offset: 0 } : copyOf(cursor, tag);
    if (end + size > length) throw new Error('a page is longer than its header says');
    if (isLiteral) {
      if (cursor.at + size > bytes.length) throw new Error('a page is cut short');
      page.set(bytes.subarray(cursor.at, cursor.at + size), end);
      cursor.at += size;
    } else {
      if (offset === 0 || offset > end) throw new Error(`a copy of what is ${offset} bytes before byte ${end}`);
      copy(page, end, offset, size);
    }
    end += size;
  }
  if (end !== length) throw new Error(`a page has ${end} bytes; its header says ${length}`);
  return page;
}

/** Sizes up to 60 are in the tag, larger ones in the one to four bytes that follow it. */
function literalSize(cursor: ByteCursor, tag: number): number {
  const size = tag >> 2;
  return (size < 60 ? size : readNumber(cursor, size - 59)) + 1;
}

function copyOf(cursor: ByteCursor, tag: number): { readonly size: number; readonly offset: number } {
  if ((tag & 3) === 1) {
    return { size: ((tag >> 2) & 7) + 4, offset: ((tag >> 5) << 8) + readNumber(cursor, 1) };
  }
  return { size: (tag >> 2) + 1, offset: readNumber(cursor, (tag & 3) === 2 ? 2 : 4) };
}

/** A copy may overlap its own output: it then repeats the copied bytes. */
function copy(page: Uint8Array, end: number, offset: number, size: number): void {
  if (offset >= size) page.copyWithin(end, end - offset, end - offset + size);
  else for (let at = end; at < end + size; at++) page[at] = page[at - offset]!;
}

/** Reads a little-endian number of one to four bytes. */
function readNumber(cursor: ByteCursor, byteCount: number): number {
  let value = 0;
  for (let scale = 1, left = byteCount; left > 0; left--, scale *= 256) {
    const byte = cursor.bytes[cursor.at++];
    if (byte === undefined) throw new Error('a page is cut short');
    value += byte * scale;
  }
  return value;
}
