/** Zstandard frames (RFC 8878), traversed block by block without decompressing: DuckDB verifies their checksums. */

const frameMark = 0xfd2fb528;
/** The sixteen magic numbers of skippable frames, without their last four bits. */
const skippableMark = 0x184d2a50;

const dictionaryBytes = [0, 1, 2, 4] as const;
const contentSizeBytes = [0, 2, 4, 8] as const;

/** Maximum size of a frame header, bytes: magic number, descriptor, window, dictionary, content size. */
const headerBytesMax = 18;

/** The fault of a Zstandard file of `sizeBytes`, which may have several frames; undefined for a sound file. */
export function zstdFault(read: (start: number, end: number) => Uint8Array, sizeBytes: number): string | undefined {
  let at = 0;
  while (at < sizeBytes) {
    const end = frameEnd(read, at, sizeBytes);
    if (end === 'other') return 'has bytes after its end that are not compressed data';
    if (end === undefined || end > sizeBytes) return 'is cut short';
    at = end;
  }
  return undefined;
}

/** End of the frame at `at`: undefined when the file ends within the header, 'other' when no frame begins there. */
function frameEnd(
  read: (start: number, end: number) => Uint8Array,
  at: number,
  sizeBytes: number,
): number | 'other' | undefined {
  const header = Buffer.from(read(at, Math.min(at + headerBytesMax, sizeBytes)));
  if (header.length < 4) return 'other';
  const mark = header.readUInt32LE(0);
  if ((mark & ~0xf) >>> 0 === skippableMark) return header.length < 8 ? undefined : at + 8 + header.readUInt32LE(4);
  if (mark !== frameMark) return 'other';
  const descriptor = header[4];
  if (descriptor === undefined) return undefined;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const contentSize = contentSizeBytes[descriptor >> 6] ?? 0;
  const sizes = [
    isSingleSegment ? 0 : 1,
    dictionaryBytes[descriptor & 3] ?? 0,
    isSingleSegment && contentSize === 0 ? 1 : contentSize,
  ];
  const blocks = blocksEnd(read, at + 5 + sizes.reduce((sum, size) => sum + size, 0), sizeBytes);
  return blocks === undefined ? undefined : blocks + ((descriptor & 4) === 0 ? 0 : 4);
}

/** End of the last block; undefined when the file ends before a block begins. */
function blocksEnd(
  read: (start: number, end: number) => Uint8Array,
  start: number,
  sizeBytes: number,
): number | undefined {
  for (let at = start; at + 3 <= sizeBytes;) {
    const header = Buffer.from(read(at, at + 3)).readUIntLE(0, 3);
    // A block of one repeated byte stores only that byte.
    at += 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3);
    if ((header & 1) === 1) return at;
  }
  return undefined;
}
