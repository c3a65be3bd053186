/** Decompression of pages. Every codec writes exactly as many bytes as the page's header states, and fails on more. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { lazyAsync } from '../base/lazy.ts';
import { unpackSnappy } from './snappy.ts';

/** Decompresses a page of `length` bytes; throws when the result differs in length or the bytes are damaged. */
export type Unpack = (packed: Uint8Array, length: number) => Uint8Array;

/** Loaded on first use: only other engines write these codecs. */
const compressors = lazyAsync(() => import('hyparquet-compressors'));

/** Supported codecs. */
const unpackers: ReadonlyMap<string, () => Unpack | Promise<Unpack>> = new Map<string, () => Unpack | Promise<Unpack>>([
  ['UNCOMPRESSED', () => (packed) => packed],
  ['SNAPPY', () => unpackSnappy],
  ['GZIP', () => (packed, length) => gunzipSync(packed, { maxOutputLength: Math.max(1, length) })],
  ['BROTLI', () => (packed, length) => brotliDecompressSync(packed, { maxOutputLength: Math.max(1, length) })],
  ['ZSTD', async () => unpackInto((await compressors()).decompressZstd)],
  ['LZ4', async () => (await compressors()).decompressLz4],
  ['LZ4_RAW', async () => (await compressors()).decompressLz4Raw],
]);

/** Returns the decompressor of a codec, by its Parquet name; throws for an unsupported one. */
export async function unpackerOf(codec: string): Promise<Unpack> {
  const unpacker = unpackers.get(codec);
  if (unpacker === undefined) throw new Error(`the codec ${codec} is not read`);
  const unpack = await unpacker();
  return (packed, length) => {
    if (length === 0) return new Uint8Array();
    const page = unpack(packed, length);
    if (page.length !== length) throw new Error(`a page has ${page.length} bytes; its header says ${length}`);
    return page;
  };
}

/**
 * Wraps a decompressor that writes into a given buffer: it must not allocate as much as the compressed bytes ask for.
 */
function unpackInto(decompress: (packed: Uint8Array, page: Uint8Array) => Uint8Array): Unpack {
  return (packed, length) => {
    const page = new Uint8Array(length);
    // The decompressor compares the buffer with a number, for which the buffer would be written out as text.
    decompress(packed, Object.assign(page, { valueOf: () => 0 }));
    return page;
  };
}
