/** Frames of the journal: their bytes, and reading them one by one, however long the file is. */
import { createHash } from 'node:crypto';
import { type Disk } from '../storage/disk.ts';

const magic = Buffer.from('PJ1\n');
const headBytes = magic.length + 4 + 16;
const windowBytes = 1024 * 1024;

/** A frame as read back; `contentOffset` is where its content bytes start in the file. */
export interface JournalFrame {
  readonly json: unknown;
  readonly contentOffset: number;
}

export interface FrameAt extends JournalFrame {
  /** Offset behind the frame. */
  readonly end: number;
}

/** Reads a file's frames; holds one window of it at a time. */
export interface FrameReader {
  readonly sizeBytes: number;
  /** The frame at an offset; undefined when there is none, or it is damaged or cut short. */
  frameAt(offset: number, batch: string): FrameAt | undefined;
  /** True when a good frame starts at or behind an offset. */
  hasFrameBehind(offset: number, batch: string): boolean;
}

export function createFrameReader(disk: Disk, path: string): FrameReader {
  const sizeBytes = disk.stat(path)?.sizeBytes ?? 0;
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

  function frameAt(offset: number, batch: string): FrameAt | undefined {
    const from = offset + headBytes;
    if (from > sizeBytes) return undefined;
    // Copied, since reading the payload may move the window.
    const head = Buffer.from(slice(offset, from));
    const end = from + (head.length < headBytes ? 0 : head.readUInt32LE(magic.length));
    if (!head.subarray(0, magic.length).equals(magic) || end > sizeBytes || end < from + 4) return undefined;
    const payload = slice(from, end);
    if (!checksum(batch, [payload]).equals(head.subarray(magic.length + 4))) return undefined;
    const jsonEnd = 4 + payload.readUInt32LE(0);
    return { json: JSON.parse(payload.toString('utf8', 4, jsonEnd)), contentOffset: from + jsonEnd, end };
  }

  function hasFrameBehind(offset: number, batch: string): boolean {
    for (let at = nextMagic(offset); at !== undefined; at = nextMagic(at + 1)) {
      if (frameAt(at, batch) !== undefined) return true;
    }
    return false;
  }

  function nextMagic(offset: number): number | undefined {
    for (let from = offset; from < sizeBytes; from += windowBytes) {
      const found = slice(from, Math.min(from + windowBytes + magic.length - 1, sizeBytes)).indexOf(magic);
      if (found >= 0) return from + found;
    }
    return undefined;
  }

  return { sizeBytes, frameAt, hasFrameBehind };
}

/** The bytes of a frame. Its content is the last `content.length` of them. */
export function encodeFrame(json: unknown, content: Uint8Array, batch: string): Uint8Array {
  const text = Buffer.from(JSON.stringify(json));
  const jsonLength = Buffer.alloc(4);
  jsonLength.writeUInt32LE(text.length);
  const head = Buffer.alloc(headBytes);
  magic.copy(head);
  head.writeUInt32LE(4 + text.length + content.length, magic.length);
  checksum(batch, [jsonLength, text, content]).copy(head, magic.length + 4);
  return Buffer.concat([head, jsonLength, text, content]);
}

function checksum(batch: string, parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256').update(batch);
  for (const part of parts) hash.update(part);
  return hash.digest().subarray(0, 16);
}
