import { isUtf8 } from 'node:buffer';
import { createGunzip } from 'node:zlib';
import { basename, dirname } from 'node:path';
import { Readable } from 'node:stream';
import { PondError } from '../../base/error.ts';
import { type Connection } from '../../duckdb/connection.ts';
import { type OpenDisk } from '../../storage/disk.ts';
import { type SourceFile } from '../sources.ts';
import { linesOf } from './lines.ts';
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
  readonly connection: Connection;
  readonly openDisk: OpenDisk;
}

/** The bytes of a text file, decompressed. */
export async function* chunksOf(
  { connection, openDisk }: TextScope,
  { hostPath, reading }: Pick<SourceFile, 'hostPath' | 'reading'>,
): AsyncIterable<Buffer> {
  const content = openDisk(dirname(hostPath)).readStream(basename(hostPath)) ?? [];
  if (reading.compression === 'zstd') yield* linesOf(connection, hostPath);
  else if (reading.compression === undefined) for await (const chunk of content) yield asBuffer(chunk);
  else {
    const source = Readable.from(content);
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

/** The encoding of one byte for each character that the bytes are of: both are the same without bytes of 0x80 to 0x9f. */
export async function singleByteEncoding(chunks: AsyncIterable<Buffer>): Promise<Encoding> {
  for await (const chunk of chunks) if (chunk.some((byte) => byte >= 0x80 && byte <= 0x9f)) return 'windows-1252';
  return 'latin-1';
}

/** Turns chunks of bytes into chunks of UTF-8 without a byte-order mark. */
export async function* decoded(
  chunks: AsyncIterable<Buffer>,
  encoding: Encoding,
  pondPath: string,
): AsyncIterable<Buffer> {
  const decoder = new ChunkDecoder(encoding, pondPath);
  let isFirst = true;
  for await (const chunk of chunks) {
    let text = decoder.decode(chunk);
    if (text.length === 0) continue;
    if (isFirst && text.subarray(0, 3).equals(Buffer.from(byteOrderMark))) text = text.subarray(3);
    isFirst = false;
    yield text;
  }
  decoder.end();
}

/** Decodes one chunk after another, counting lines for errors. */
class ChunkDecoder {
  readonly #encoding: Encoding;
  readonly #pondPath: string;
  /** Bytes of a character that the next chunk completes. */
  #rest: Buffer = Buffer.alloc(0);
  #line = 1;
  readonly #other: OtherDecoder | undefined;

  constructor(encoding: Encoding, pondPath: string) {
    this.#encoding = encoding;
    this.#pondPath = pondPath;
    this.#other = isOther(encoding) ? new OtherDecoder(encoding) : undefined;
  }

  decode(chunk: Buffer): Buffer {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const end = bytes.length - this.#openBytes(bytes);
    this.#rest = Buffer.from(bytes.subarray(end));
    const text = this.#toUtf8(bytes.subarray(0, end));
    this.#line += linesIn(text);
    return text;
  }

  end(): void {
    if (this.#rest.length > 0 || this.#other?.end() === false)
      throw new UndecodableError(this.#pondPath, this.#encoding, this.#line);
  }

  #toUtf8(bytes: Buffer): Buffer {
    switch (this.#encoding) {
      case 'utf-8':
        if (!isUtf8(bytes)) throw this.#faultIn(bytes);
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
    throw new UndecodableError(this.#pondPath, this.#encoding, this.#line + text);
  }

  #fromUtf16(bytes: Buffer): Buffer {
    const text = bytes.toString('utf16le');
    const at = text.search(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/);
    if (at >= 0)
      throw new UndecodableError(this.#pondPath, this.#encoding, this.#line + linesIn(Buffer.from(text.slice(0, at))));
    return Buffer.from(text);
  }

  #fromWindows(bytes: Buffer): Buffer {
    const at = bytes.findIndex((byte) => unusedInWindows.has(byte));
    if (at >= 0)
      throw new UndecodableError(this.#pondPath, this.#encoding, this.#line + linesIn(bytes.subarray(0, at)));
    const text = bytes
      .toString('latin1')
      .replace(/[\x80-\x9f]/g, (character) => windows[character.charCodeAt(0) - 0x80] ?? character);
    return Buffer.from(text);
  }

  #faultIn(bytes: Buffer): PondError {
    let [from, line] = [0, this.#line];
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, from)) {
      if (!isUtf8(bytes.subarray(from, end))) break;
      from = end + 1;
      line += 1;
    }
    return new UndecodableError(this.#pondPath, this.#encoding, line);
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

const isOther = (encoding: Encoding): encoding is OtherEncoding => otherEncodings.some((other) => other === encoding);

function openUtf8(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
  }
  return 0;
}

function linesIn(text: Buffer): number {
  let count = 0;
  for (let at = text.indexOf(0x0a); at >= 0; at = text.indexOf(0x0a, at + 1)) count += 1;
  return count;
}

const unusedInWindows: ReadonlySet<number> = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);

/** The characters of windows-1252 in place of the control characters of latin-1, from 0x80. */
const windows = [...'€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f', ...'\x90‘’“”•–—˜™š›œ\x9džŸ'];
