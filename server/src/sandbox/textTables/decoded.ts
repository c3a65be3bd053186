import { isUtf8 } from 'node:buffer';
import { createGunzip } from 'node:zlib';
import { basename, dirname } from 'node:path';
import { Readable } from 'node:stream';
import { throwIfCancelled } from '../../base/cancelled.ts';
import { PondError } from '../../base/error.ts';
import { type Connection } from '../../duckdb/connection.ts';
import { type OpenDisk } from '../../storage/disk.ts';
import { type SourceFile } from '../sources.ts';
import { linesOf } from './lines.ts';
import { packedContent } from './packedContent.ts';
import { OtherDecoder, type OtherEncoding, otherEncodings } from './otherEncodings.ts';

/** Encodings of text that can be read; the first five are also found, and written. */
export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'latin-1', 'windows-1252', ...otherEncodings] as const;

export type Encoding = (typeof encodings)[number];

const aliases: ReadonlyMap<string, Encoding> = new Map([
  ['utf8', 'utf-8'],
  ['utf-16', 'utf-16le'],
  ['utf16', 'utf-16le'],
  ['latin1', 'latin-1'],
  ['iso-8859-1', 'latin-1'],
  ['cp1252', 'windows-1252'],
]);

/** The encoding of a name in any case, such as `UTF8` or `cp1252`; undefined for any other. */
export function encodingNamed(name: string): Encoding | undefined {
  const lower = name.toLowerCase();
  return encodings.find((encoding) => encoding === lower) ?? aliases.get(lower);
}

/** Access to the bytes of text files. */
export interface TextScope {
  /** Connects to a database that may open the files: few of them need one, and opening it takes time. */
  readonly connect: () => Promise<Connection>;
  readonly openDisk: OpenDisk;
  /** Returns the host path of a new file that the database may open; undefined where no file is in a pack. */
  readonly newFile?: () => string;
  /** Ends the reading, which fails `cancelled`. */
  readonly signal?: AbortSignal;
}

/** Size of a file that is read by one call, bytes. */
const smallBytesMax = 256 * 1024;

type TextFile = Pick<SourceFile, 'hostPath' | 'packedAt' | 'sizeBytes' | 'reading'>;

/** The bytes of a text file, decompressed: each chunk is valid until the next one is asked for. Fails `cancelled`. */
export async function* chunksOf(scope: TextScope, file: TextFile): AsyncIterable<Buffer> {
  const isZstd = file.reading.compression === 'zstd';
  const chunks = isZstd ? linesOf(await scope.connect(), file.hostPath) : plainChunks(scope, file);
  for await (const chunk of chunks) {
    throwIfCancelled(scope.signal, 'the query');
    yield chunk;
  }
}

/** The bytes of a text file that is not compressed, or with gzip: each chunk is valid until the next one is asked for. */
export async function* plainChunks(
  { openDisk }: Pick<TextScope, 'openDisk'>,
  { hostPath, packedAt, sizeBytes, reading }: TextFile,
): AsyncIterable<Buffer> {
  if (packedAt !== undefined) {
    yield asBuffer(packedContent(openDisk, { hostPath, sizeBytes }, packedAt));
    return;
  }
  const [disk, name] = [openDisk(dirname(hostPath)), basename(hostPath)];
  // One call for a small file: a stream has several, and each waits for its turn.
  const isSmall = sizeBytes <= smallBytesMax;
  const content = isSmall ? [disk.readFile(name) ?? new Uint8Array()] : undefined;
  if (reading.compression === undefined) {
    for await (const chunk of content ?? disk.scanStream(name) ?? []) yield asBuffer(chunk);
  } else {
    // A readable stream asks for the next chunk before one is taken.
    const source = Readable.from(content ?? disk.readStream(name) ?? []);
    const gunzip = createGunzip();
    source.on('error', (error) => gunzip.destroy(error));
    try {
      for await (const chunk of source.pipe(gunzip) as AsyncIterable<Uint8Array>) yield asBuffer(chunk);
    } finally {
      source.destroy();
      gunzip.destroy();
    }
  }
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const byteOrderMark = '\ufeff';

/** The encoding that the first bytes show; undefined when they could be of several. */
export function encodingOf(start: Buffer): Encoding | undefined {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) return 'utf-8';
  const head = start.subarray(0, 512);
  // Text has no zeros, but in every other byte of UTF-16.
  const zeros = (odd: number): number => head.filter((byte, index) => byte === 0 && index % 2 === odd).length;
  const [even, odd] = [zeros(0), zeros(1)];
  if (odd > head.length / 4 && even === 0) return 'utf-16le';
  if (even > head.length / 4 && odd === 0) return 'utf-16be';
  return undefined;
}

/** `invalid-content` of bytes that are not of the encoding, with their line. */
export class UndecodableError extends PondError {
  constructor(pondPath: string, encoding: Encoding, line: number) {
    super('invalid-content', `${pondPath} cannot be read: line ${line} has bytes that are not ${encoding}`, {
      path: pondPath,
      formats: (['windows-1252', 'latin-1'] as const)
        .filter((other) => other !== encoding)
        .map((other) => ({ encoding: other })),
      hint: `State the encoding of the file, \`encoding\`: ${encodings.join(', ')}.`,
    });
  }
}

/** A character of several bytes of UTF-8, each byte as a character. */
const utf8Character = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/;

/** The longest start of such a character that a chunk can end with, bytes. */
const openBytesMax = 3;

/**
 * The encoding of one byte for each character that the bytes are of: both are the same without bytes of 0x80 to 0x9f.
 * Undefined for text with characters of UTF-8, such as parts of two files: no encoding holds for all of it.
 */
export async function singleByteEncoding(chunks: AsyncIterable<Buffer>): Promise<Encoding | undefined> {
  let encoding: Encoding = 'latin-1';
  let rest = '';
  for await (const chunk of chunks) {
    const text = rest + chunk.toString('latin1');
    if (utf8Character.test(text)) return undefined;
    if (/[\x80-\x9f]/.test(text)) encoding = 'windows-1252';
    rest = text.slice(-openBytesMax);
  }
  return encoding;
}

/** Bytes that are not of an encoding, this number of line feeds below the start of a chunk. */
class ChunkFault extends Error {
  readonly lines: number;

  constructor(lines: number) {
    super('bytes that are not of the encoding');
    this.lines = lines;
  }
}

/** Turns the chunks of bytes that `open` gives into chunks of UTF-8 without a byte-order mark. Throws UndecodableError. */
export async function* decoded(
  open: () => AsyncIterable<Buffer>,
  encoding: Encoding,
  pondPath: string,
): AsyncIterable<Buffer> {
  let length = 0;
  try {
    for await (const text of decodedChunks(open(), encoding)) {
      const hasMark = length === 0 && text.subarray(0, 3).equals(Buffer.from(byteOrderMark));
      length += text.length;
      yield hasMark ? text.subarray(3) : text;
    }
  } catch (error) {
    if (!(error instanceof ChunkFault)) throw error;
    throw new UndecodableError(pondPath, encoding, 1 + (await linesIn(open(), encoding, length)) + error.lines);
  }
}

/** Number of line feeds in the first bytes of a text, as many as `length`: counted for an error alone, as it takes time. */
async function linesIn(chunks: AsyncIterable<Buffer>, encoding: Encoding, length: number): Promise<number> {
  let count = 0;
  let left = length;
  if (left === 0) return count;
  for await (const text of decodedChunks(chunks, encoding)) {
    count += lineFeedsIn(text.subarray(0, left));
    left -= text.length;
    if (left <= 0) break;
  }
  return count;
}

async function* decodedChunks(chunks: AsyncIterable<Buffer>, encoding: Encoding): AsyncIterable<Buffer> {
  const decoder = new ChunkDecoder(encoding);
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk);
    if (text.length > 0) yield text;
  }
  decoder.end();
}

/** Decodes one chunk after another. Throws ChunkFault. */
class ChunkDecoder {
  readonly #encoding: Encoding;
  /** Bytes of a character that the next chunk completes. */
  #rest: Buffer = Buffer.alloc(0);
  readonly #other: OtherDecoder | undefined;

  constructor(encoding: Encoding) {
    this.#encoding = encoding;
    this.#other = isOther(encoding) ? new OtherDecoder(encoding) : undefined;
  }

  decode(chunk: Buffer): Buffer {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const end = bytes.length - this.#openBytes(bytes);
    this.#rest = Buffer.from(bytes.subarray(end));
    return this.#toUtf8(bytes.subarray(0, end));
  }

  end(): void {
    if (this.#rest.length > 0 || this.#other?.end() === false) throw new ChunkFault(0);
  }

  #toUtf8(bytes: Buffer): Buffer {
    switch (this.#encoding) {
      case 'utf-8':
        if (!isUtf8(bytes)) throw utf8Fault(bytes);
        return bytes;
      case 'utf-16le':
        return this.#fromUtf16(bytes);
      case 'utf-16be':
        return this.#fromUtf16(Buffer.from(bytes).swap16());
      case 'latin-1':
        return Buffer.from(bytes.toString('latin1'));
      case 'windows-1252':
        return this.#fromWindows(bytes);
      default:
        return this.#fromOther(bytes);
    }
  }

  #fromOther(bytes: Buffer): Buffer {
    const text = this.#other?.decode(bytes) ?? bytes;
    if (typeof text !== 'number') return text;
    throw new ChunkFault(text);
  }

  #fromUtf16(bytes: Buffer): Buffer {
    const text = bytes.toString('utf16le');
    const at = text.search(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/);
    if (at >= 0) throw new ChunkFault(lineFeedsIn(Buffer.from(text.slice(0, at))));
    return Buffer.from(text);
  }

  #fromWindows(bytes: Buffer): Buffer {
    const at = bytes.findIndex((byte) => unusedInWindows.has(byte));
    if (at >= 0) throw new ChunkFault(lineFeedsIn(bytes.subarray(0, at)));
    const text = bytes
      .toString('latin1')
      .replace(/[\x80-\x9f]/g, (character) => windows[character.charCodeAt(0) - 0x80] ?? character);
    return Buffer.from(text);
  }

  /** Number of bytes at the end that are the start of a character. */
  #openBytes(bytes: Buffer): number {
    if (this.#encoding === 'utf-8') return openUtf8(bytes);
    if (!this.#encoding.startsWith('utf-16')) return 0;
    const odd = bytes.length % 2;
    const high = bytes[bytes.length - odd - (this.#encoding === 'utf-16le' ? 1 : 2)] ?? 0;
    return odd + (high >= 0xd8 && high <= 0xdb ? 2 : 0);
  }
}

function utf8Fault(bytes: Buffer): ChunkFault {
  let [from, lines] = [0, 0];
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, from)) {
    if (!isUtf8(bytes.subarray(from, end))) break;
    from = end + 1;
    lines += 1;
  }
  return new ChunkFault(lines);
}

const isOther = (encoding: Encoding): encoding is OtherEncoding => otherEncodings.some((other) => other === encoding);

function openUtf8(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
  }
  return 0;
}

function lineFeedsIn(text: Buffer): number {
  let count = 0;
  for (let at = text.indexOf(0x0a); at >= 0; at = text.indexOf(0x0a, at + 1)) count += 1;
  return count;
}

const unusedInWindows: ReadonlySet<number> = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);

/** The characters of windows-1252 in place of the control characters of latin-1, from 0x80. */
const windows = [...'€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f', ...'\x90‘’“”•–—˜™š›œ\x9džŸ'];
