import { basename, dirname } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { type Disk, type OpenDisk } from '../../storage/disk.ts';

/** Bytes that one file of an archive may have once unpacked: four times what ZIP without extensions can hold packed. */
const unpackedMax = 16 * 1024 ** 3;
/** Bytes of the list of files; a workbook has some dozens. */
const directoryMax = 16 * 1024 ** 2;
/** Bytes at the end of an archive among which its end record is: the record and the longest comment. */
const endMax = 22 + 0xffff;

const endSignature = 0x0605_4b50;
const entrySignature = 0x0201_4b50;
const localSignature = 0x0403_4b50;

interface Entry {
  readonly flags: number;
  readonly method: number;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  readonly offset: number;
}

/**
 * A ZIP archive that a stranger wrote, read as streams. Names are never used as paths. Every fault is an Error with a
 * reason: a damaged or encrypted archive, one of more than 4 GiB, and content longer than its entry declares.
 */
export class ZipArchive {
  readonly #disk: Disk;
  readonly #file: string;
  readonly #entries: ReadonlyMap<string, Entry>;

  constructor(hostPath: string, openDisk: OpenDisk) {
    this.#disk = openDisk(dirname(hostPath));
    this.#file = basename(hostPath);
    this.#entries = this.#readDirectory();
  }

  has(name: string): boolean {
    return this.#entries.has(name.toLowerCase());
  }

  /** Yields the unpacked content of a file of the archive; nothing for a missing one. */
  async *read(name: string): AsyncIterable<Uint8Array> {
    const entry = this.#entries.get(name.toLowerCase());
    if (entry === undefined) return;
    if (entry.unpackedBytes > unpackedMax) throw new Error(`its part ${name} is too large`);
    let bytes = 0;
    for await (const chunk of this.#unpacked(name, entry)) {
      bytes += chunk.length;
      if (bytes > entry.unpackedBytes) throw new Error(`its part ${name} is longer than the file says`);
      yield chunk;
    }
    if (bytes < entry.unpackedBytes) throw new Error(`its part ${name} is cut short`);
  }

  #unpacked(name: string, { flags, method, packedBytes, offset }: Entry): AsyncIterable<Uint8Array> {
    if ((flags & 1) !== 0) throw new Error('it is encrypted');
    const local = this.#bytes(offset, 30);
    if (local.readUInt32LE(0) !== localSignature) throw new Error('the file is damaged');
    const start = offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
    const packed = this.#disk.readStream(this.#file, start, start + packedBytes) ?? [];
    if (method === 0) return Readable.from(packed) as AsyncIterable<Uint8Array>;
    if (method !== 8) throw new Error(`its part ${name} is compressed with method ${method}, which is not supported`);
    return pipeline(Readable.from(packed), createInflateRaw(), () => undefined);
  }

  #readDirectory(): ReadonlyMap<string, Entry> {
    const size = this.#disk.stat(this.#file)?.sizeBytes ?? 0;
    const tail = this.#bytes(Math.max(0, size - endMax), Math.min(size, endMax));
    const signature = Buffer.alloc(4);
    signature.writeUInt32LE(endSignature);
    const at = tail.lastIndexOf(signature);
    if (at < 0 || at + 22 > tail.length) throw new Error('the file is not a workbook, or is cut short');
    const [length, start] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
    if (start === 0xffff_ffff || length > directoryMax) throw new Error('the file is too large');
    return entriesOf(this.#bytes(start, length));
  }

  #bytes(start: number, length: number): Buffer {
    const bytes = this.#disk.readRange(this.#file, start, start + length);
    if (bytes?.length !== length) throw new Error('the file is cut short');
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}

/** The entries by name in lower case, as Excel ignores the case of names. */
function entriesOf(directory: Buffer): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  let at = 0;
  while (at + 46 <= directory.length) {
    if (directory.readUInt32LE(at) !== entrySignature) throw new Error('the file is damaged');
    const nameEnd = at + 46 + directory.readUInt16LE(at + 28);
    const name = directory
      .toString('utf8', at + 46, nameEnd)
      .replace(/^\//, '')
      .toLowerCase();
    if (entries.has(name)) throw new Error(`the file is damaged: it has two parts ${name}`);
    entries.set(name, {
      flags: directory.readUInt16LE(at + 8),
      method: directory.readUInt16LE(at + 10),
      packedBytes: directory.readUInt32LE(at + 20),
      unpackedBytes: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    });
    at = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}
