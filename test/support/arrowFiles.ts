import {
  type Codec,
  compressionRegistry,
  CompressionType,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  type Table,
} from 'apache-arrow';

/** A form in which libraries write Arrow files. */
interface ArrowForm {
  readonly format: 'file' | 'stream';
  readonly codec: 'none' | 'lz4' | 'zstd';
}

/** All forms of an Arrow file. */
export const arrowForms: readonly ArrowForm[] = (['file', 'stream'] as const).flatMap((format) =>
  (['none', 'lz4', 'zstd'] as const).map((codec) => ({ format, codec })),
);

const types = { none: null, lz4: CompressionType.LZ4_FRAME, zstd: CompressionType.ZSTD } as const;
const encoders = { none: undefined, lz4: lz4Frame, zstd: zstdFrame } as const;

/** Returns a table as the bytes of an Arrow file. */
export function arrowBytes(table: Table, { format, codec }: ArrowForm): Uint8Array {
  const type = types[codec];
  const encode = encoders[codec];
  const packed: { readonly bytes: Uint8Array; readonly length: number }[] = [];
  if (type !== null && encode !== undefined) {
    const remembering = (content: Uint8Array): Uint8Array => {
      const bytes = encode(content);
      if (bytes.length < content.length) packed.push({ bytes, length: content.length });
      return bytes;
    };
    // The decoder that the program registered stays.
    const decode = compressionRegistry.get(type)?.decode;
    compressionRegistry.set(type, { encode: remembering, ...(decode && { decode }) } satisfies Codec);
  }
  const options = { compressionType: type, autoDestroy: true };
  const writer = format === 'file' ? new RecordBatchFileWriter(options) : new RecordBatchStreamWriter(options);
  writer.write(table);
  writer.finish();
  return withLengths(writer.toUint8Array(true), packed);
}

/**
 * The length before a compressed buffer is that of its content; apache-arrow writes that of the compressed bytes. It
 * compresses the columns before the dictionaries, but writes the dictionaries first, so each search begins at the start.
 */
function withLengths(
  file: Uint8Array,
  packed: readonly { readonly bytes: Uint8Array; readonly length: number }[],
): Uint8Array {
  const found = Buffer.from(file);
  for (const { bytes, length } of packed) {
    const written = Buffer.from([...little(bytes.length, 4), 0, 0, 0, 0, ...bytes]);
    const start = found.indexOf(written);
    if (start < 0) throw new Error('a compressed buffer is not in the file');
    found.writeUInt32LE(length, start);
  }
  return found;
}

/** An LZ4 frame of linked blocks, whose matches are the runs of four equal bytes and more, across blocks. */
export function lz4Frame(bytes: Uint8Array): Uint8Array {
  // Version 1, linked blocks, no checksums; blocks of up to 64 KiB. Decoders need not check the header's checksum.
  const parts: number[] = [0x04, 0x22, 0x4d, 0x18, 0x40, 0x40, 0];
  for (let start = 0; start < bytes.length; start += blockBytes) {
    const block = lz4Block(bytes, start, Math.min(bytes.length, start + blockBytes));
    parts.push(...little(block.length, 4), ...block);
  }
  return Uint8Array.from([...parts, 0, 0, 0, 0]);
}

/** Bytes of content in a block: small, so that many frames have several. */
const blockBytes = 100;

function lz4Block(bytes: Uint8Array, start: number, end: number): number[] {
  const block: number[] = [];
  let literal = start;
  for (let at = Math.max(start, 1); at < end;) {
    let size = 0;
    while (at + size < end - 5 && bytes[at + size] === bytes[at - 1]) size += 1;
    if (size < 4) at += 1;
    else {
      block.push(...sequence(bytes.subarray(literal, at), size));
      at += size;
      literal = at;
    }
  }
  return [...block, ...sequence(bytes.subarray(literal, end), 0)];
}

/** Literals, followed by a copy of `size` bytes from the byte before; no copy when the size is 0. */
function sequence(literals: Uint8Array, size: number): number[] {
  const [short, long] = lz4Length(literals.length);
  if (size === 0) return [short << 4, ...long, ...literals];
  const [shortCopy, longCopy] = lz4Length(size - 4);
  return [(short << 4) | shortCopy, ...long, ...literals, 1, 0, ...longCopy];
}

function lz4Length(size: number): readonly [short: number, long: readonly number[]] {
  if (size < 15) return [size, []];
  const rest = size - 15;
  return [15, [...Array<number>(Math.floor(rest / 255)).fill(255), rest % 255]];
}

/** A ZSTD frame of one stored block for each run of different bytes, and a repeated block for each run of equal ones. */
function zstdFrame(bytes: Uint8Array): Uint8Array {
  // A single segment whose size has four bytes.
  const parts: number[] = [0x28, 0xb5, 0x2f, 0xfd, 0xa0, ...little(bytes.length, 4)];
  const isRun = bytes.length > 0 && bytes.every((byte) => byte === bytes[0]);
  const header = (bytes.length << 3) | ((isRun ? 1 : 0) << 1) | 1;
  return Uint8Array.from([...parts, ...little(header, 3), ...(isRun ? bytes.subarray(0, 1) : bytes)]);
}

function little(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => (value >>> (8 * index)) & 0xff);
}
