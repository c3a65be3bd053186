/** Frames of the journal: their bytes, and reading them one by one, however long the file is. */
import { createHash } from 'node:crypto';
import { type Disk } from '../storage/disk.ts';

const magic = Buffer.from('PJ1\n');
const headBytes = magic.length + 4 + 16;
const windowBytes = 1024 * 1024;

/**
 * Where a frame belongs: frames with the same run were flushed together, those of a run before had been flushed then.
 */
export interface FramePlace {
  readonly batch: string;
  /** From 1, per batch; 0 for the header. */
  readonly run: number;
  /** Set when the run goes on behind the frame. */
  readonly more?: true;
}

/** A frame as read back; `contentOffset` is where its content bytes start in the file. */
export interface JournalFrame {
  readonly json: FramePlace;
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
  frameAt(offset: number): FrameAt | undefined;
  /** The good frames that start at or behind an offset, whatever is between them. */
  framesBehind(offset: number): Iterable<FrameAt>;
}

/** A reader of the frames in a file; a missing file has none. */
/** Reads no more than `sizeBytesMax` of the file. */
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
    const json = JSON.parse(payload.toString('utf8', 4, jsonEnd)) as FramePlace;
    return { json, contentOffset: from + jsonEnd, end };
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

  return { sizeBytes, frameAt, framesBehind };
}

/** The bytes of a frame. Its content is the last `content.length` of them. */
export function encodeFrame(json: FramePlace, content: Uint8Array): Uint8Array {
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
