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
import { randomUUID } from 'node:crypto';
import { PondError } from '../base/error.ts';
import { type Disk, type DiskFile } from '../storage/disk.ts';
import { replaceFile } from '../storage/durable.ts';
import { createFrameReader, encodeFrame, type JournalFrame } from './journalFrames.ts';

export const journalPath = '_pond/journal';

export interface JournalHeader {
  readonly format: 1;
  readonly batch: string;
  /** Newest commit when the batch began. */
  readonly base: number;
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
  const reader = createFrameReader(disk, journalPath);
  const first = reader.frameAt(0, '');
  if (first === undefined) {
    if (reader.hasFrameBehind(1, '')) throw damaged(0);
    return { header: undefined, frames: [], goodBytes: 0, cutBytes: reader.sizeBytes };
  }
  const header = first.json as JournalHeader;
  if (header.format !== 1) {
    throw new PondError('pond-too-new', `the journal has format ${String(header.format)}; this program knows 1`);
  }
  const frames: JournalFrame[] = [];
  let open: JournalFrame[] = [];
  let [offset, goodBytes] = [first.end, first.end];
  for (;;) {
    const frame = reader.frameAt(offset, header.batch);
    if (frame === undefined) break;
    open.push(frame);
    offset = frame.end;
    if (!(frame.json as { more?: true }).more) {
      frames.push(...open);
      open = [];
      goodBytes = offset;
    }
  }
  if (reader.hasFrameBehind(offset + 1, header.batch)) throw damaged(offset);
  return { header, frames, goodBytes, cutBytes: reader.sizeBytes - goodBytes };
}

function damaged(offset: number): PondError {
  return new PondError('journal-damaged', `the journal is damaged at byte ${offset} and has changes behind it`, {
    path: journalPath,
    hint: 'restore _pond/journal from a copy, or move it away to go on without the staged changes',
  });
}

const nothing = new Uint8Array();

/** Takes the frames of a journal that is written anew. */
export interface JournalWriter {
  /** Adds a frame and returns where its content will be in the file. */
  append(json: object, content: Uint8Array): number;
}

/** The journal opened for writing. One at a time: its owner holds the pond's lock. */
export class Journal {
  readonly #disk: Disk;
  #file: DiskFile;
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

  /** Bytes in the file. */
  get sizeBytes(): number {
    return this.#file.sizeBytes;
  }

  /** Puts other frames, which say the same, in the place of all; whole and durable, or the old ones stay. */
  rewrite(fill: (frames: JournalWriter) => void): void {
    this.#guard(() => {
      const { batch } = this.#header;
      const parts = [encodeFrame(this.#header, nothing, '')];
      let sizeBytes = parts[0]!.length;
      const append = (json: object, content: Uint8Array): number => {
        const part = encodeFrame({ ...json, more: true }, content, batch);
        parts.push(part);
        sizeBytes += part.length;
        return sizeBytes - content.length;
      };
      fill({ append });
      const bytes = Buffer.concat([...parts, encodeFrame({}, nothing, batch)]);
      try {
        replaceFile(this.#disk, journalPath, bytes);
        this.#file.close();
        this.#file = this.#disk.openAppend(journalPath);
      } catch (error) {
        // The open file may be the one that lost its name: what it takes now would be lost with it.
        this.#broken = error;
        throw error;
      }
      this.#acknowledgedBytes = this.#file.sizeBytes;
      this.#headerWritten = true;
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
