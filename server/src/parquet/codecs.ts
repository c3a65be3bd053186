/** Unpacking of pages. Every codec writes into as many bytes as the page's header says, and fails when it has more. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { lazyAsync } from '../base/lazy.ts';
import { unpackSnappy } from './snappy.ts';

/** Unpacks a page of `length` bytes; throws when the bytes do not unpack to that. */
export type Unpack = (packed: Uint8Array, length: number) => Uint8Array;

/** Loaded when it is met: this program writes neither, other engines do. */
const compressors = lazyAsync(() => import('hyparquet-compressors'));

/** Codecs that are read. */
const unpackers: ReadonlyMap<string, () => Unpack | Promise<Unpack>> = new Map<string, () => Unpack | Promise<Unpack>>([
  ['UNCOMPRESSED', () => (packed) => packed],
  ['SNAPPY', () => unpackSnappy],
  ['GZIP', () => (packed, length) => gunzipSync(packed, { maxOutputLength: Math.max(1, length) })],
  ['BROTLI', () => (packed, length) => brotliDecompressSync(packed, { maxOutputLength: Math.max(1, length) })],
  ['ZSTD', async () => unpackInto((await compressors()).decompressZstd)],
  ['LZ4', async () => (await compressors()).decompressLz4],
  ['LZ4_RAW', async () => (await compressors()).decompressLz4Raw],
]);

/** What unpacks a codec, named as Parquet names it; throws for one that is not read. */
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

/** An unpacker that is given the bytes to write to: it must not make as many as the packed bytes ask for. */
function unpackInto(decompress: (packed: Uint8Array, page: Uint8Array) => Uint8Array): Unpack {
  return (packed, length) => {
    const page = new Uint8Array(length);
    decompress(packed, page);
    return page;
  };
}
