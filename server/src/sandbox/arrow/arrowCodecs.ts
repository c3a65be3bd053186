import { compressionRegistry, CompressionType } from 'apache-arrow';
import { lazyAsync } from '../../base/lazy.ts';
import { unpackerOf } from '../../parquet/codecs.ts';
import { unpackLz4Frames } from './lz4Frame.ts';

/** Maximum bytes that one byte decompresses to: of LZ4 a repeated byte, of ZSTD a block of 128 KiB in four bytes. */
const expansionMax = { lz4: 256, zstd: 65_536 } as const;

/** Bytes of the length before each compressed buffer. */
const prefixBytes = 8;

/** Maximum bytes of a batch when it is decompressed. */
let batchBytesMax = 1024 ** 3;
let batch: { readonly body: unknown; bytes: number } = { body: undefined, bytes: 0 };

const loadCodecs = lazyAsync(async () => {
  const unpackZstd = await unpackerOf('ZSTD');
  const codec = (unpack: (packed: Uint8Array, length: number) => Uint8Array, expansion: number) => ({
    decode: (packed: Uint8Array) => unpack(packed, statedLength(packed, expansion)),
  });
  compressionRegistry.set(CompressionType.LZ4_FRAME, codec(unpackLz4Frames, expansionMax.lz4));
  compressionRegistry.set(CompressionType.ZSTD, codec(unpackZstd, expansionMax.zstd));
});

/** Makes apache-arrow read compressed batches of up to `bytesMax` bytes when decompressed. */
export async function useCodecs(bytesMax: number): Promise<void> {
  batchBytesMax = bytesMax;
  await loadCodecs();
}

/**
 * The length that the file states for a compressed buffer. Throws for one that its bytes cannot have, and for a batch
 * that would not fit in memory: the buffers of a batch are parts of one body.
 */
function statedLength(packed: Uint8Array, expansion: number): number {
  const view = new DataView(packed.buffer, packed.byteOffset - prefixBytes, prefixBytes);
  const length = Number(view.getBigInt64(0, true));
  if (length < 0 || length > (packed.length + 1) * expansion) {
    throw new Error(`the file is damaged: it states ${length} bytes for a buffer of ${packed.length} compressed ones`);
  }
  if (batch.body !== packed.buffer) batch = { body: packed.buffer, bytes: 0 };
  batch.bytes += length;
  if (batch.bytes > batchBytesMax) {
    throw new Error(`a batch of its rows needs more than ${batchBytesMax} bytes of memory`);
  }
  return length;
}
