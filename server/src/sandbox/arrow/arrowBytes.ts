import { isUtf8 } from 'node:buffer';
import { DataType } from 'apache-arrow';
import { viewBytes } from './arrowCheck.ts';
import { type Piece } from './arrowPiece.ts';

/** Bytes of a value that are in its view itself; those of longer values are in another buffer. */
const inlineBytesMax = 12;

/** Returns a reader of the bytes of each value, for types of bytes and texts. It throws for bytes outside of the file. */
export function bytesReader(piece: Piece): (index: number) => Uint8Array {
  const bytes = bytesOf(piece.values);
  if (DataType.isUtf8View(piece.type) || DataType.isBinaryView(piece.type)) return viewReader(piece, bytes);
  const { valueOffsets } = piece;
  return (index) => bytes.subarray(Number(valueOffsets[index]), Number(valueOffsets[index + 1]));
}

/** Returns a reader of texts, every character as in the file. It throws for bytes that are not UTF-8. */
export function textReader(piece: Piece): (index: number) => string {
  const read = bytesReader(piece);
  // One check of all bytes is faster than one for each text; null values may refer to any bytes.
  const areAllUtf8 = [piece.values, ...piece.variadicBuffers].every((values) => isUtf8(bytesOf(values)));
  return (index) => {
    const value = read(index);
    if (!(areAllUtf8 && startsCharacter(value)) && !isUtf8(value)) throw new Error('is not text in UTF-8');
    // TextDecoder would drop a byte order mark, which is a character here.
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8');
  };
}

/** False for bytes that begin or end within a character, given that the text around them is UTF-8. */
function startsCharacter(value: Uint8Array): boolean {
  const [first = 0, last = 0] = [value[0], value.at(-1)];
  return (first & 0xc0) !== 0x80 && last < 0x80;
}

function viewReader({ variadicBuffers }: Piece, views: Uint8Array): (index: number) => Uint8Array {
  const view = new DataView(views.buffer, views.byteOffset, views.byteLength);
  return (index) => {
    const start = index * viewBytes;
    const size = view.getInt32(start, true);
    if (size >= 0 && size <= inlineBytesMax) return views.subarray(start + 4, start + 4 + size);
    const buffer = variadicBuffers[view.getInt32(start + 8, true)];
    const offset = view.getInt32(start + 12, true);
    if (size < 0 || offset < 0 || buffer === undefined || offset + size > buffer.length) {
      throw new Error('refers to bytes that are not in the file');
    }
    return buffer.subarray(offset, offset + size);
  };
}

function bytesOf(values: unknown): Uint8Array {
  if (!ArrayBuffer.isView(values)) return new Uint8Array();
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
