/** Decompression of objects that anyone may have written, a block at a time: memory is bounded by the window of a frame. */
import { Decompress } from 'fzstd';
import { isPondError } from '../base/error.ts';
import { ByteReader } from './byteReader.ts';
import { damagedSource } from './checkedContent.ts';

/** The largest window that decoders are asked to support (RFC 8878, 3.1.1.1.2), and that writers keep to without options. */
const windowBytesMax = 8 * 1024 * 1024;
/** A block never holds more. */
const blockBytesMax = 128 * 1024;

const magic = 0xfd2fb528;

/**
 * Yields the content of a compressed object, which is one frame. Fails `pond-damaged` for an object that is damaged or cut
 * short, or whose window is too large, and as `packed`.
 */
export async function* unzstd(
  packed: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  path: string,
): AsyncGenerator<Uint8Array> {
  const blocks: Uint8Array[] = [];
  const decompressor = new Decompress((block) => blocks.push(block));
  const reader = new ByteReader(packed);
  try {
    const { bytes, checksumBytes } = await readFrameHeader(reader);
    decompressor.push(bytes);
    for (let isLast = false; !isLast;) {
      const block = await readBlock(reader);
      isLast = block.isLast;
      const checksum = await reader.read(isLast ? checksumBytes : 0);
      if (isLast && !(await reader.isAtEnd())) throw new RangeError('it does not end with its frame');
      decompressor.push(Buffer.concat([...block.parts, checksum]), isLast);
      yield* blocks.splice(0);
    }
  } catch (cause) {
    if (isPondError(cause)) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw damagedSource(path, `it cannot be decompressed: ${why}`, cause);
  } finally {
    await reader.close();
  }
}

interface FrameHeader {
  readonly bytes: Uint8Array;
  /** Size of the checksum after the last block. */
  readonly checksumBytes: number;
}

async function readFrameHeader(reader: ByteReader): Promise<FrameHeader> {
  const start = Buffer.from(await reader.read(5));
  if (start.readUInt32LE(0) !== magic) throw new RangeError('it is not a Zstandard frame');
  const flags = start[4]!;
  const isSingle = (flags & 0x20) !== 0;
  const window = await reader.read(isSingle ? 0 : 1);
  const dictionary = await reader.read(dictionaryBytes[flags & 3]!);
  const size = await reader.read(flags >> 6 === 0 ? Number(isSingle) : 1 << (flags >> 6));
  const windowBytes = isSingle ? statedSize(size) : windowOf(window[0]!);
  if (windowBytes > windowBytesMax)
    throw new RangeError(`its window has ${windowBytes} bytes, expected ${windowBytesMax} at most`);
  const checksumBytes = (flags & 4) === 0 ? 0 : 4;
  return { bytes: Buffer.concat([start, window, dictionary, size]), checksumBytes };
}

const dictionaryBytes = [0, 1, 2, 4];

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** A size of two bytes counts from 256. */
function statedSize(bytes: Uint8Array): number {
  const size = bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
  return bytes.length === 2 ? size + 256 : size;
}

/** A block with its header, whole: the decompressor makes one block of content of it. */
interface Block {
  readonly parts: readonly Uint8Array[];
  readonly isLast: boolean;
}

async function readBlock(reader: ByteReader): Promise<Block> {
  const header = Buffer.from(await reader.read(3));
  const bits = header.readUIntLE(0, 3);
  const [isLast, isRun, sizeBytes] = [(bits & 1) === 1, ((bits >> 1) & 3) === runBlock, bits >> 3];
  if (sizeBytes > blockBytesMax)
    throw new RangeError(`a block of it has ${sizeBytes} bytes, expected ${blockBytesMax} at most`);
  return { parts: [header, await reader.read(isRun ? 1 : sizeBytes)], isLast };
}

const runBlock = 1;
