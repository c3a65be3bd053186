/**
 * Frames of the journal: their bytes, and reading them one by one, however long the file is.
 *
 *   frame = magic (4 bytes) · payload length (u32 LE) · checksum (16 bytes) · payload
 *   payload = JSON length (u32 LE) · JSON · content bytes
 *   checksum = first 16 bytes of SHA-256 over the payload
 */
import { parseJsonText } from '../base/json.ts';
import { createHash } from 'node:crypto';
import { type Disk, wholeFileBytesMax } from '../storage/disk.ts';

const magic = Buffer.from('PJ1\n');
const headBytes = magic.length + 4 + 16;
/** No disk writes less than this at once. */
const sectorBytes = 512;
const windowBytes = 1024 * 1024;

/** Position of a frame: frames with the same run were flushed together, after those of the run before. */
export interface FrameRef {
  readonly batch: string;
  /** From 1, per batch; 0 for the header. */
  readonly run: number;
  /** Set when the run continues after the frame. */
  readonly more?: true;
}

/** A frame as read back; `contentOffset` is where its content bytes start in the file. */
export interface JournalFrame {
  /** Its reader validates all but the position. */
  readonly json: FrameRef & Readonly<Record<string, unknown>>;
  readonly contentOffset: number;
}

interface FrameAt extends JournalFrame {
  /** Offset after the frame. */
  readonly end: number;
}

/**
 * State of an offset without a whole frame:
 * - `cut`: the start of a frame that the file ends in;
 * - `unwritten`: a frame of which at least one part never reached the disk and reads as NULs;
 * - `damaged`: anything else. No interrupted write leaves that.
 */
type Fragment = 'cut' | 'unwritten' | 'damaged';

/** Reads the frames in the first `sizeBytesMax` bytes of a file, a window at a time; a missing file has none. */
export class FrameReader {
  readonly sizeBytes: number;
  readonly #disk: Disk;
  readonly #path: string;
  #start = 0;
  #window: Buffer = Buffer.alloc(0);

  constructor(disk: Disk, path: string, sizeBytesMax = Infinity) {
    this.#disk = disk;
    this.#path = path;
    this.sizeBytes = Math.min(disk.stat(path)?.sizeBytes ?? 0, sizeBytesMax);
  }

  /** Returns the frame at an offset; undefined when it is missing, damaged or cut short. */
  frameAt(offset: number): FrameAt | undefined {
    const from = offset + headBytes;
    if (from > this.sizeBytes) return undefined;
    // Copied, since reading the payload may move the window.
    const head = Buffer.from(this.#slice(offset, from));
    const end = from + (head.length < headBytes ? 0 : head.readUInt32LE(magic.length));
    if (!head.subarray(0, magic.length).equals(magic) || end > this.sizeBytes || end < from + 4) return undefined;
    // No writer makes one: a frame holds small contents alone.
    if (end - from > wholeFileBytesMax) return undefined;
    const payload = this.#slice(from, end);
    if (!checksum([payload]).equals(head.subarray(magic.length + 4))) return undefined;
    const jsonEnd = 4 + payload.readUInt32LE(0);
    const json = jsonEnd > payload.length ? undefined : frameJson(payload.toString('utf8', 4, jsonEnd));
    return json && { json, contentOffset: from + jsonEnd, end };
  }

  /** Yields the good frames that start at or after an offset, whatever is between them. */
  *framesAfter(offset: number): Iterable<FrameAt> {
    for (let at = this.#nextMagic(offset); at !== undefined;) {
      const frame = this.frameAt(at);
      if (frame !== undefined) yield frame;
      at = this.#nextMagic(frame?.end ?? at + 1);
    }
  }

  /** Classifies an offset inside the file where frameAt finds no frame. */
  fragmentAt(offset: number): Fragment {
    const head = Buffer.from(this.#slice(offset, Math.min(offset + headBytes, this.sizeBytes)));
    const start = head.subarray(0, magic.length);
    // A run begins with the magic and ends with a brace: NULs there were never written.
    if (isNul(start) || isNul(this.#slice(this.sizeBytes - 1, this.sizeBytes))) return 'unwritten';
    const isFrame = start.equals(magic.subarray(0, start.length));
    if (head.length < headBytes) return isFrame ? 'cut' : 'damaged';
    const from = offset + headBytes;
    const end = isFrame ? from + head.readUInt32LE(magic.length) : from;
    if (this.#hasUnwrittenSector(offset, Math.min(end, this.sizeBytes))) return 'unwritten';
    if (!isFrame || end <= this.sizeBytes) return 'damaged';
    // When the whole payload is present after all, its length is wrong.
    const payload = this.#slice(from, this.sizeBytes);
    return checksum([payload]).equals(head.subarray(magic.length + 4)) ? 'damaged' : 'cut';
  }

  #slice(from: number, to: number): Buffer {
    if (from < this.#start || to > this.#start + this.#window.length) {
      const end = Math.max(to, Math.min(from + windowBytes, this.sizeBytes));
      const bytes = this.#disk.readRange(this.#path, from, end) ?? new Uint8Array();
      this.#start = from;
      this.#window = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    return this.#window.subarray(from - this.#start, to - this.#start);
  }

  /** True when a sector that overlaps the bytes `start` to `end` is all NULs from `start` on. */
  #hasUnwrittenSector(start: number, end: number): boolean {
    for (let at = start; at < end;) {
      const next = (Math.floor(at / sectorBytes) + 1) * sectorBytes;
      if (isNul(this.#slice(at, Math.min(next, this.sizeBytes)))) return true;
      at = next;
    }
    return false;
  }

  #nextMagic(offset: number): number | undefined {
    for (let from = offset; from < this.sizeBytes; from += windowBytes) {
      const end = Math.min(from + windowBytes + magic.length - 1, this.sizeBytes);
      const found = this.#slice(from, end).indexOf(magic);
      if (found >= 0) return from + found;
    }
    return undefined;
  }
}

const isNul = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

/** A frame's JSON; undefined when it lacks the frame's position: no writer produces that. */
function frameJson(text: string): JournalFrame['json'] | undefined {
  const value = parseJsonText(text);
  if (typeof value !== 'object' || value === null) return undefined;
  const json: Readonly<Record<string, unknown>> = { ...value };
  const { batch, run, more } = json;
  if (typeof batch !== 'string' || typeof run !== 'number' || !Number.isSafeInteger(run)) return undefined;
  if (more !== undefined && more !== true) return undefined;
  return { ...json, batch, run, ...(more === undefined ? {} : { more }) };
}

/** The bytes of a frame. Its content is the last `content.length` of them. */
export function encodeFrame(json: FrameRef, content: Uint8Array): Uint8Array {
  const text = Buffer.from(JSON.stringify(json));
  const jsonLength = Buffer.alloc(4);
  jsonLength.writeUInt32LE(text.length);
  const head = Buffer.alloc(headBytes);
  magic.copy(head);
  head.writeUInt32LE(4 + text.length + content.length, magic.length);
  checksum([jsonLength, text, content]).copy(head, magic.length + 4);
  return Buffer.concat([head, jsonLength, text, content]);
}

function checksum(parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest().subarray(0, 16);
}
