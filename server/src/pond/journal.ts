/**
 * The journal of staged changes: one file of checksummed frames.
 *
 *   frame = magic (4 bytes) · payload length (u32 LE) · checksum (16 bytes) · payload
 *   payload = JSON length (u32 LE) · JSON · content bytes
 *   checksum = first 16 bytes of SHA-256 over the batch id and the payload; the header frame's over the payload alone
 *
 * The first frame is the header: the batch id, which becomes the id of the commit that takes the changes, and the commit
 * that was newest when the batch began. Frames that belong together end with one that closes them; a run without its end,
 * and a torn last frame, are cut. A bad frame with a good one behind it is a hole: an error, since cutting there would
 * lose what was acknowledged.
 *
 * Invariants: what a caller was told is on disk was synced; after a failed write or sync the file is cut back to what was
 * acknowledged, or, when even that fails, the journal refuses all further writes.
 */
import { createHash, randomUUID } from 'node:crypto';
import { PondError } from '../base/error.ts';
import { type Disk, type DiskFile } from '../storage/disk.ts';

export const journalPath = '_pond/journal';

const magic = Buffer.from('PJ1\n');
const frameHeadBytes = magic.length + 4 + 16;

export interface JournalHeader {
  readonly format: 1;
  readonly batch: string;
  /** Newest commit when the batch began. */
  readonly base: number;
}

/** A frame as read back; `contentOffset` is where its content bytes start in the file. */
export interface JournalFrame {
  readonly json: unknown;
  readonly contentOffset: number;
}

export interface JournalContents {
  /** Undefined for an empty journal. */
  readonly header: JournalHeader | undefined;
  /** Complete frames, without the header. */
  readonly frames: readonly JournalFrame[];
  /** Bytes that hold the header and complete frames. */
  readonly goodBytes: number;
  /** Bytes behind them: torn, or a run without its end. */
  readonly cutBytes: number;
}

/** Reads the journal. Missing or empty gives no header and no frames. Fails `journal-damaged` on a hole. */
export function readJournal(disk: Disk): JournalContents {
  const bytes = disk.readFile(journalPath) ?? new Uint8Array();
  const first = frameAt(bytes, 0, '');
  if (first === undefined) {
    if (findFrame(bytes, 1, '') !== undefined) throw damaged(0);
    return { header: undefined, frames: [], goodBytes: 0, cutBytes: bytes.length };
  }
  const header = first.json as JournalHeader;
  if (header.format !== 1) {
    throw new PondError('pond-too-new', `the journal has format ${String(header.format)}; this program knows 1`);
  }
  const frames: JournalFrame[] = [];
  let open: JournalFrame[] = [];
  let [offset, goodBytes] = [first.end, first.end];
  for (;;) {
    const frame = frameAt(bytes, offset, header.batch);
    if (frame === undefined) break;
    open.push({ json: frame.json, contentOffset: frame.contentOffset });
    offset = frame.end;
    if (!(frame.json as { more?: true }).more) {
      frames.push(...open);
      open = [];
      goodBytes = offset;
    }
  }
  if (findFrame(bytes, offset + 1, header.batch) !== undefined) throw damaged(offset);
  return { header, frames, goodBytes, cutBytes: bytes.length - goodBytes };
}

function damaged(offset: number): PondError {
  return new PondError('journal-damaged', `the journal is damaged at byte ${offset} and has changes behind it`, {
    path: journalPath,
    hint: 'restore _pond/journal from a copy, or move it away to go on without the staged changes',
  });
}

interface Frame extends JournalFrame {
  readonly end: number;
}

function frameAt(bytes: Uint8Array, offset: number, batch: string): Frame | undefined {
  if (offset + frameHeadBytes > bytes.length) return undefined;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.compare(magic, 0, magic.length, offset, offset + magic.length) !== 0) return undefined;
  const start = offset + frameHeadBytes;
  const end = start + buffer.readUInt32LE(offset + magic.length);
  if (end > bytes.length || end < start + 4) return undefined;
  const payload = buffer.subarray(start, end);
  const sum = buffer.subarray(offset + magic.length + 4, start);
  if (checksum(batch, [payload]).compare(sum) !== 0) return undefined;
  const jsonEnd = start + 4 + payload.readUInt32LE(0);
  return { json: JSON.parse(buffer.toString('utf8', start + 4, jsonEnd)), contentOffset: jsonEnd, end };
}

/** Offset of the first good frame at or after `from`. */
function findFrame(bytes: Uint8Array, from: number, batch: string): number | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = buffer.indexOf(magic, from); at >= 0; at = buffer.indexOf(magic, at + 1)) {
    if (frameAt(bytes, at, batch) !== undefined) return at;
  }
  return undefined;
}

function checksum(batch: string, parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256').update(batch);
  for (const part of parts) hash.update(part);
  return hash.digest().subarray(0, 16);
}

function encodeFrame(json: unknown, content: Uint8Array, batch: string): Uint8Array {
  const text = Buffer.from(JSON.stringify(json));
  const jsonLength = Buffer.alloc(4);
  jsonLength.writeUInt32LE(text.length);
  const head = Buffer.alloc(frameHeadBytes);
  magic.copy(head);
  head.writeUInt32LE(4 + text.length + content.length, magic.length);
  checksum(batch, [jsonLength, text, content]).copy(head, magic.length + 4);
  return Buffer.concat([head, jsonLength, text, content]);
}

const nothing = new Uint8Array();

/** The journal opened for writing. One at a time: its owner holds the pond's lock. */
export class Journal {
  readonly #disk: Disk;
  readonly #file: DiskFile;
  #header: JournalHeader;
  #acknowledgedBytes: number;
  #headerWritten: boolean;
  #broken: unknown;

  private constructor(disk: Disk, file: DiskFile, header: JournalHeader, contents: JournalContents) {
    this.#disk = disk;
    this.#file = file;
    this.#header = header;
    this.#acknowledgedBytes = contents.goodBytes;
    this.#headerWritten = contents.header !== undefined;
  }

  /** Opens the journal to go on behind `contents`, cutting what follows them. */
  static open(disk: Disk, contents: JournalContents, base: number): Journal {
    const file = disk.openAppend(journalPath);
    if (file.sizeBytes > contents.goodBytes) file.truncate(contents.goodBytes);
    const header = contents.header ?? newHeader(base);
    return new Journal(disk, file, header, contents);
  }

  /** Id of the commit that will take what is staged. */
  get batch(): string {
    return this.#header.batch;
  }

  get base(): number {
    return this.#header.base;
  }

  /** Appends a frame, unsynced; `more` says that the run goes on. Returns where its content starts in the file. */
  append(json: object, content: Uint8Array = nothing, options: { readonly more: boolean }): number {
    return this.#guard(() => {
      if (!this.#headerWritten) this.#writeHeader();
      this.#file.append(encodeFrame(options.more ? { ...json, more: true } : json, content, this.#header.batch));
      return this.#file.sizeBytes - content.length;
    });
  }

  /** Makes all appended frames durable; on return they are acknowledged. */
  sync(): void {
    this.#guard(() => {
      this.#file.sync();
      this.#acknowledgedBytes = this.#file.sizeBytes;
    });
  }

  /** Takes back what was appended since the last sync. */
  rollBack(): void {
    this.#file.truncate(this.#acknowledgedBytes);
    this.#headerWritten = this.#acknowledgedBytes > 0;
  }

  /** Bytes of content that a frame holds. */
  read(offset: number, sizeBytes: number): Uint8Array {
    const bytes = this.#disk.readRange(journalPath, offset, offset + sizeBytes);
    if (bytes?.length !== sizeBytes) throw new PondError('journal-damaged', 'the journal is shorter than it was');
    return bytes;
  }

  /**
   * Starts a new batch on a commit. Not synced: if the old frames are still there after a crash, their batch id is that
   * of a commit in the log, and they are known to be committed.
   */
  reset(base: number): void {
    this.#header = newHeader(base);
    this.#guard(() => {
      this.#acknowledgedBytes = 0;
      this.#headerWritten = false;
      this.#file.truncate(0);
      this.#writeHeader();
    });
  }

  close(): void {
    this.#file.close();
  }

  #writeHeader(): void {
    this.#file.append(encodeFrame(this.#header, nothing, ''));
    this.#headerWritten = true;
  }

  #guard<T>(work: () => T): T {
    if (this.#broken !== undefined) {
      throw new PondError('storage-failed', 'the journal failed earlier and takes no more changes', {
        hint: 'open the pond again once the disk works',
        cause: this.#broken,
      });
    }
    try {
      return work();
    } catch (error) {
      try {
        this.rollBack();
      } catch {
        this.#broken = error;
      }
      throw error;
    }
  }
}

function newHeader(base: number): JournalHeader {
  return { format: 1, batch: randomUUID(), base };
}
