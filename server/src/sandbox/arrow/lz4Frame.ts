/** LZ4 frames, as Arrow files contain them. Each length in a frame is compared with what there is before it is used. */

const magic = 0x184d2204;

/** Bits of the flags that follow the magic number. */
const flags = { blockChecksum: 0x10, contentSize: 0x08, contentChecksum: 0x04, dictionary: 0x01 } as const;

/** Bit of a block's size that marks uncompressed bytes. */
const isStored = 0x80000000;

/** Decompresses the frames in `bytes` to exactly `length` bytes; throws when they are not frames of that content. */
export function unpackLz4Frames(bytes: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let end = 0;
  while (at < bytes.length) {
    if (view.getUint32(at, true) !== magic) throw new Error('a buffer is not an LZ4 frame');
    const frame = unpackFrame(view, at, output, end);
    at = frame.at;
    end = frame.end;
  }
  if (end !== length) throw new Error(`a buffer has ${end} bytes where it states ${length}`);
  return output;
}

/** Writes the content of one frame to `output` from `start` on. Returns the ends of the frame and of the content. */
function unpackFrame(view: DataView, frameStart: number, output: Uint8Array, start: number) {
  const flag = view.getUint8(frameStart + 4);
  if (flag >> 6 !== 1) throw new Error('an LZ4 frame has an unknown version');
  if ((flag & flags.dictionary) !== 0) throw new Error('an LZ4 frame needs a dictionary that is not in the file');
  // Magic number, flags, block size, optional content size, header checksum.
  let at = frameStart + 7 + ((flag & flags.contentSize) === 0 ? 0 : 8);
  let end = start;
  for (;;) {
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) break;
    const size = word & ~isStored;
    if (at + size > view.byteLength) throw new RangeError('an LZ4 block is cut short');
    const block = new Uint8Array(view.buffer, view.byteOffset + at, size);
    end = word >= isStored ? stored(block, output, end) : unpackBlock(block, output, { start, end });
    at += size + ((flag & flags.blockChecksum) === 0 ? 0 : 4);
  }
  if ((flag & flags.contentChecksum) !== 0) {
    if (view.getUint32(at, true) !== xxHash32(output.subarray(start, end))) {
      throw new Error('the checksum of an LZ4 frame is wrong');
    }
    at += 4;
  }
  return { at, end };
}

function stored(block: Uint8Array, output: Uint8Array, end: number): number {
  if (end + block.length > output.length) throw longerThanStated();
  output.set(block, end);
  return end + block.length;
}

/** Decompresses a block after the content from `start` to `end`, to which it may refer. Returns the new end. */
function unpackBlock(
  block: Uint8Array,
  output: Uint8Array,
  { start, end: from }: { readonly start: number; readonly end: number },
): number {
  let at = 0;
  let end = from;
  const byte = (): number => {
    const value = block[at];
    if (value === undefined) throw new RangeError('an LZ4 block is cut short');
    at += 1;
    return value;
  };
  const extended = (size: number): number => {
    let total = size;
    if (size !== 15) return total;
    for (let more = 255; more === 255; total += more) more = byte();
    return total;
  };
  while (at < block.length) {
    const token = byte();
    const literals = extended(token >> 4);
    if (at + literals > block.length) throw new RangeError('an LZ4 block is cut short');
    end = stored(block.subarray(at, at + literals), output, end);
    at += literals;
    if (at === block.length) break;
    const offset = byte() | (byte() << 8);
    const size = extended(token & 15) + 4;
    if (offset === 0 || offset > end - start) throw new Error('an LZ4 block refers to bytes before its frame');
    if (end + size > output.length) throw longerThanStated();
    repeat(output, { end, offset, size });
    end += size;
  }
  return end;
}

/** Copies earlier bytes. A copy may overlap its own output: it then repeats the copied bytes. */
function repeat(
  output: Uint8Array,
  { end, offset, size }: { readonly end: number; readonly offset: number; readonly size: number },
): void {
  if (offset >= size) output.copyWithin(end, end - offset, end - offset + size);
  else for (let to = end; to < end + size; to += 1) output[to] = output[to - offset] ?? 0;
}

function longerThanStated(): Error {
  return new Error('a buffer is longer than it states');
}

const prime1 = 2654435761;
const prime2 = 2246822519;
const prime3 = 3266489917;
const prime4 = 668265263;
const prime5 = 374761393;

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/** The 32-bit xxHash of bytes, with the seed 0. */
function xxHash32(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let hash: number = prime5;
  if (bytes.length >= 16) {
    const lanes = [prime1 + prime2, prime2, 0, -prime1];
    for (; at + 16 <= bytes.length; at += 16) {
      lanes.forEach((lane, index) => {
        const word = Math.imul(view.getUint32(at + 4 * index, true), prime2);
        lanes[index] = Math.imul(rotate((lane + word) | 0, 13), prime1);
      });
    }
    hash = [1, 7, 12, 18].reduce((sum, bits, index) => sum + rotate(lanes[index] ?? 0, bits), 0);
  }
  hash = (hash + bytes.length) | 0;
  for (; at + 4 <= bytes.length; at += 4) {
    hash = Math.imul(rotate((hash + Math.imul(view.getUint32(at, true), prime3)) | 0, 17), prime4);
  }
  for (; at < bytes.length; at += 1) {
    hash = Math.imul(rotate((hash + Math.imul(bytes[at] ?? 0, prime5)) | 0, 11), prime1);
  }
  hash = Math.imul(hash ^ (hash >>> 15), prime2);
  hash = Math.imul(hash ^ (hash >>> 13), prime3);
  return (hash ^ (hash >>> 16)) >>> 0;
}
