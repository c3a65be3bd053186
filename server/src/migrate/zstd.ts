/** Decompression of objects that anyone may have written: what they claim is bounded before memory is allocated. */
import { damagedSource } from './checkedContent.ts';

/** Largest window of a frame, as the reference implementation accepts it by default. */
const windowBytesMax = 128 * 1024 * 1024;
/** A block never holds more. */
const blockBytesMax = 128 * 1024;

const magic = 0xfd2fb528;

/** Returns the content of a compressed object of exactly `sizeBytes`. Fails `pond-damaged`. */
export async function unzstdExactly(packed: Uint8Array, path: string, sizeBytes: number): Promise<Uint8Array> {
  const bytesMax = boundOf(packed, path);
  if (bytesMax < sizeBytes) throw damagedSource(path, `it unpacks to fewer than ${sizeBytes} bytes`);
  const page = new Uint8Array(sizeBytes);
  return await attempt(path, async () => {
    const { decompressZstd } = await import('hyparquet-compressors');
    return decompressZstd(packed, page);
  });
}

/** Returns the content of a compressed object of at most `sizeMax` bytes. Fails `pond-damaged`. */
export async function unzstd(packed: Uint8Array, path: string, sizeMax: number): Promise<Uint8Array> {
  if (boundOf(packed, path) > sizeMax + blockBytesMax)
    throw damagedSource(path, `it may unpack to more than ${sizeMax} bytes`);
  return await attempt(path, async () => (await import('hyparquet-compressors')).decompressZstd(packed));
}

async function attempt(path: string, work: () => Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await work();
  } catch (cause) {
    throw damagedSource(
      path,
      `it cannot be decompressed: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    );
  }
}

/** Returns the most bytes that a compressed object can hold, from the headers of its one frame. Fails `pond-damaged`. */
function boundOf(packed: Uint8Array, path: string): number {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  try {
    if (view.getUint32(0, true) !== magic) throw new RangeError('it is not a Zstandard frame');
    const flags = view.getUint8(4);
    const isSingle = (flags & 0x20) !== 0;
    if (!isSingle && windowOf(view.getUint8(5)) > windowBytesMax) throw new RangeError('its window is too large');
    let at = 6 - Number(isSingle) + (dictionaryBytes[flags & 3] ?? 0);
    const sizeBytes = flags >> 6 === 0 ? Number(isSingle) : 1 << (flags >> 6);
    const stated = statedSize(view, at, sizeBytes);
    at += sizeBytes;
    return Math.min(blocksOf(view, at, (flags & 4) === 0 ? 0 : checksumBytes), stated ?? Infinity);
  } catch (cause) {
    throw damagedSource(
      path,
      `it cannot be decompressed: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    );
  }
}

const dictionaryBytes = [0, 1, 2, 4];

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function statedSize(view: DataView, at: number, bytes: number): number | undefined {
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  if (bytes === 4) return view.getUint32(at, true);
  if (bytes === 0) return undefined;
  const size = view.getBigUint64(at, true);
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError('its size is too large');
  return Number(size);
}

/** Adds up what the blocks of a frame can hold. Throws RangeError unless the object ends with the frame. */
function blocksOf(view: DataView, start: number, endBytes: number): number {
  let [at, total] = [start, 0];
  for (let isLast = false; !isLast;) {
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    isLast = (header & 1) === 1;
    const [type, size] = [(header >> 1) & 3, header >> 3];
    total += type === compressedBlock ? blockBytesMax : size;
    at += 3 + (type === runBlock ? 1 : size);
    if (at > view.byteLength) throw new RangeError('it is cut short');
  }
  if (at + endBytes !== view.byteLength) throw new RangeError('it does not end with its frame');
  return total;
}

const checksumBytes = 4;
const runBlock = 1;
const compressedBlock = 2;
