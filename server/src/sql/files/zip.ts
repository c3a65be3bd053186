/** ZIP archives, written as a stream. */
import { pipeline, Readable } from 'node:stream';
import { createDeflateRaw } from 'node:zlib';
import { PondError } from '../../base/error.ts';

/** A file of an archive. */
interface ZipEntry {
  /** ASCII, with `/` between names. */
  readonly name: string;
  readonly content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** Sizes and offsets are written in 32 bits. */
const sizeMax = 0xffff_ffff;
/** Sizes and checksum follow the content, which is not known before. */
const sizesFollow = 8;
const deflate = 8;
const version = 20;

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1;
  return value;
});

/** Content whose size and checksum are known once it was read to its end. */
class Measured {
  size = 0;
  #crc = 0xffff_ffff;
  readonly #content: ZipEntry['content'];

  constructor(content: ZipEntry['content']) {
    this.#content = content;
  }

  get crc(): number {
    return (this.#crc ^ 0xffff_ffff) >>> 0;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for await (const chunk of this.#content) {
      for (const byte of chunk) this.#crc = crcTable[(this.#crc ^ byte) & 0xff]! ^ (this.#crc >>> 8);
      this.size += chunk.length;
      yield chunk;
    }
  }
}

/** Yields an archive with the files, compressed. Fails `query-failed` beyond 4 GiB. */
export async function* zip(entries: Iterable<ZipEntry>): AsyncIterable<Uint8Array> {
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content } of entries) {
    const start = offset;
    const local = header(0x0403_4b50, [version, sizesFollow, deflate, 0, 0x21], [0, 0, 0], [name.length, 0]);
    const measured = new Measured(content);
    let packed = 0;
    yield Buffer.concat([local, Buffer.from(name, 'latin1')]);
    const compressed = pipeline(Readable.from(measured), createDeflateRaw(), () => undefined);
    for await (const chunk of compressed) {
      packed += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
    const sizes = [measured.crc, packed, measured.size];
    offset += local.length + name.length + packed + 16;
    if (measured.size > sizeMax || offset > sizeMax) throw tooLarge();
    yield header(0x0807_4b50, [], sizes, []);
    const entry = [version, version, sizesFollow, deflate, 0, 0x21];
    const central = header(0x0201_4b50, entry, sizes, [name.length, 0, 0, 0, 0], [0, start]);
    directory.push(central, Buffer.from(name, 'latin1'));
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const count = directory.length / 2;
  yield Buffer.concat([...directory, header(0x0605_4b50, [0, 0, count, count], [size, offset], [0])]);
}

/** A record of an archive: its signature, then groups of 16-bit and of 32-bit numbers, in turn. */
function header(signature: number, ...groups: readonly (readonly number[])[]): Buffer {
  const parts = [number32(signature)];
  groups.forEach((group, index) => parts.push(...group.map(index % 2 === 0 ? number16 : number32)));
  return Buffer.concat(parts);
}

function number16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function tooLarge(): PondError {
  return new PondError('query-failed', 'the result needs more than 4 GiB in a workbook', {
    hint: 'Write CSV or Parquet instead.',
  });
}
