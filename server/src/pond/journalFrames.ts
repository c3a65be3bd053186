/**
 * Frames of the journal: their bytes, and reading them one by one, however long the file is.
 *
 *   frame = magic (4 bytes) · payload length (u32 LE) · checksum (16 bytes) · payload
 *   payload = JSON length (u32 LE) · JSON · content bytes
 *   checksum = first 16 bytes of SHA-256 over the payload
 */
import { createHash } from 'node:crypto';
import { type Disk } from '../storage/disk.ts';

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

export interface FrameAt extends JournalFrame {
  /** Offset after the frame. */
  readonly end: number;
}

/**
 * State of an offset without a whole frame:
 * - `cut`: the start of a frame that the file ends in;
 * - `unwritten`: a frame of which at least one part never reached the disk and reads as NULs;
 * - `damaged`: anything else. No interrupted write leaves that.
 */
export type Fragment = 'cut' | 'unwritten' | 'damaged';

/** Reads a file's frames; holds one window of the file at a time. */
export interface FrameReader {
  readonly sizeBytes: number;
  /** The frame at an offset; undefined when it is missing, damaged or cut short. */
  frameAt(offset: number): FrameAt | undefined;
  /** The good frames that start at or after an offset, whatever is between them. */
  framesBehind(offset: number): Iterable<FrameAt>;
  /** Classifies an offset inside the file where frameAt finds no frame. */
  fragmentAt(offset: number): Fragment;
}

/** Reader of the frames in the first `sizeBytesMax` bytes of a file; a missing file has none. */
export function createFrameReader(disk: Disk, path: string, sizeBytesMax = Infinity): FrameReader {
  const sizeBytes = Math.min(disk.stat(path)?.sizeBytes ?? 0, sizeBytesMax);
  let start = 0;
  let window: Buffer = Buffer.alloc(0);

  function slice(from: number, to: number): Buffer {
    if (from < start || to > start + window.length) {
      const bytes =
        disk.readRange(path, from, Math.max(to, Math.min(from + windowBytes, sizeBytes))) ?? new Uint8Array();
      [start, window] = [from, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)];
    }
    return window.subarray(from - start, to - start);
  }

  function frameAt(offset: number): FrameAt | undefined {
    const from = offset + headBytes;
    if (from > sizeBytes) return undefined;
    // Copied, since reading the payload may move the window.
    const head = Buffer.from(slice(offset, from));
    const end = from + (head.length < headBytes ? 0 : head.readUInt32LE(magic.length));
    if (!head.subarray(0, magic.length).equals(magic) || end > sizeBytes || end < from + 4) return undefined;
    const payload = slice(from, end);
    if (!checksum([payload]).equals(head.subarray(magic.length + 4))) return undefined;
    const jsonEnd = 4 + payload.readUInt32LE(0);
    const json = jsonEnd > payload.length ? undefined : placedJson(payload.toString('utf8', 4, jsonEnd));
    return json && { json, contentOffset: from + jsonEnd, end };
  }

  function fragmentAt(offset: number): Fragment {
    const head = Buffer.from(slice(offset, Math.min(offset + headBytes, sizeBytes)));
    const start = head.subarray(0, magic.length);
    // A run begins with the magic and ends with a brace: NULs there were never written.
    if (isNul(start) || isNul(slice(sizeBytes - 1, sizeBytes))) return 'unwritten';
    const isFrame = start.equals(magic.subarray(0, start.length));
    if (head.length < headBytes) return isFrame ? 'cut' : 'damaged';
    const from = offset + headBytes;
    const end = isFrame ? from + head.readUInt32LE(magic.length) : from;
    if (hasUnwrittenSector(offset, Math.min(end, sizeBytes))) return 'unwritten';
    if (!isFrame || end <= sizeBytes) return 'damaged';
    // When the whole payload is present after all, its length is wrong.
    return checksum([slice(from, sizeBytes)]).equals(head.subarray(magic.length + 4)) ? 'damaged' : 'cut';
  }

  /** True when a sector that overlaps the bytes `start` to `end` is all NULs from `start` on. */
  function hasUnwrittenSector(start: number, end: number): boolean {
    for (let at = start; at < end;) {
      const next = (Math.floor(at / sectorBytes) + 1) * sectorBytes;
      if (isNul(slice(at, Math.min(next, sizeBytes)))) return true;
      at = next;
    }
    return false;
  }

  function* framesBehind(offset: number): Iterable<FrameAt> {
    for (let at = nextMagic(offset); at !== undefined;) {
      const frame = frameAt(at);
      if (frame !== undefined) yield frame;
      at = nextMagic(frame?.end ?? at + 1);
    }
  }

  function nextMagic(offset: number): number | undefined {
    for (let from = offset; from < sizeBytes; from += windowBytes) {
      const found = slice(from, Math.min(from + windowBytes + magic.length - 1, sizeBytes)).indexOf(magic);
      if (found >= 0) return from + found;
    }
    return undefined;
  }

  return { sizeBytes, frameAt, framesBehind, fragmentAt };
}

const isNul = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

/** A frame's JSON; undefined when it lacks the frame's position: no writer produces that. */
function placedJson(text: string): JournalFrame['json'] | undefined {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null) return undefined;
  const json: Readonly<Record<string, unknown>> = { ...value };
  const { batch, run, more } = json;
  if (typeof batch !== 'string' || typeof run !== 'number' || !Number.isSafeInteger(run)) return undefined;
  if (more !== undefined && more !== true) return undefined;
  return { ...json, batch, run, ...(more === undefined ? {} : { more }) };
}

/** Undefined for invalid JSON; no JSON text parses to it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
