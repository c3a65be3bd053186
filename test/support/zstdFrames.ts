/** Zstandard frames without compression: valid for every decompressor, and made without one. */
import { type Compressors } from 'hyparquet';
import { compressors, decompressZstd } from 'hyparquet-compressors';

/** Decompressors for hyparquet; that of Zstandard with room for one page rather than a window for each. */
export const pageReaders: Compressors = {
  ...compressors,
  ZSTD: (packed, length) => decompressZstd(packed, new Uint8Array(length)),
};

const blockBytesMax = 128 * 1024;

/**
 * Returns a frame with the bytes in raw blocks, and a run of one byte as a run; without its content size, as streams
 * write it.
 */
export function zstdFrame(bytes: Uint8Array): Uint8Array {
  // Magic number; no size, checksum or dictionary; a window of 2 MiB.
  const parts: Uint8Array[] = [Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58)];
  for (let at = 0; at === 0 || at < bytes.length; at += blockBytesMax) {
    const block = bytes.subarray(at, at + blockBytesMax);
    const isLast = at + blockBytesMax >= bytes.length;
    const isRun = block.length > 1 && block.every((byte) => byte === block[0]);
    const header = Number(isLast) | (Number(isRun) << 1) | (block.length << 3);
    parts.push(Uint8Array.of(header & 255, (header >> 8) & 255, (header >> 16) & 255));
    parts.push(isRun ? block.subarray(0, 1) : block);
  }
  return new Uint8Array(Buffer.concat(parts));
}
