/**
 * The journal of staged changes: one file of checksummed frames.
 *
 *   frame = magic (4 bytes) · payload length (u32 LE) · checksum (16 bytes) · payload
 *   payload = JSON length (u32 LE) · JSON · content bytes
 *   checksum = first 16 bytes of SHA-256 over the payload
 *
 * The first frame is the header: the batch id, which becomes the id of the commit that takes the changes, and the
 * commit that was newest when the batch began. Every frame names its batch and its run. The frames of a run are flushed
 * together, and the last one closes it; a run that is not whole was never acknowledged, whatever parts of it reached
 * the disk, and is cut. But a bad frame with a later run behind it is a hole, and an error: cutting there would lose
 * what was acknowledged.
 *
 * Invariants: what a caller was told is on disk was synced; after a failed write or sync the file is cut back to what
 * was acknowledged, or, when even that fails, the journal refuses all further writes.
 */
import { randomUUID } from 'node:crypto';
import { isPondError, PondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { replaceFile } from '../storage/durable.ts';
import { type JournalFile, openJournalFile } from './journalFile.ts';
import { createFrameReader, encodeFrame, type FramePlace, type JournalFrame } from './journalFrames.ts';

export const journalPath = '_pond/journal';

export interface JournalHeader extends FramePlace {
  readonly format: 1;
  /** Newest commit when the batch began. */
  readonly base: number;
}

/** Says that a commit was made beside what is staged. */
interface MarkFrame extends FramePlace {
  readonly mark?: number;
}

export interface JournalContents {
  /** Undefined for an empty journal. */
  readonly header: JournalHeader | undefined;
  /** A commit that was acknowledged: none up to it has taken the frames. */
  readonly mark: number;
  /** Complete frames, without the header. */
  readonly frames: readonly JournalFrame[];
  /** Bytes that hold the header and complete frames. */
  readonly goodBytes: number;
  /** Bytes behind them: torn, or a run without its end. */
  readonly cutBytes: number;
}

/**
 * Reads the journal, `sizeBytesMax` of it. Missing or empty gives no header and no frames. Fails `journal-damaged` on a
 * hole.
 */
export function readJournal(disk: Disk, sizeBytesMax?: number): JournalContents {
  const reader = createFrameReader(disk, journalPath, sizeBytesMax);
  const first = reader.frameAt(0);
  if (first?.json.run !== 0) {
    if (hasRun(reader.framesBehind(0), (place) => place.run > 1)) throw damaged(0);
    return { ...emptyJournal, cutBytes: reader.sizeBytes };
  }
  const header = first.json as JournalHeader;
  if (header.format !== 1) {
    throw new PondError('pond-too-new', `the journal has format ${String(header.format)}; this program knows 1`);
  }
  const frames: JournalFrame[] = [];
  let open: JournalFrame[] = [];
  let mark = header.base;
  let [offset, goodBytes, run] = [first.end, first.end, 1];
  for (let frame = reader.frameAt(offset); frame?.json.batch === header.batch; frame = reader.frameAt(offset)) {
    open.push(frame);
    offset = frame.end;
    if (frame.json.more) continue;
    frames.push(...open);
    open = [];
    mark = (frame.json as MarkFrame).mark ?? mark;
    [goodBytes, run] = [offset, frame.json.run + 1];
  }
  if (hasRun(reader.framesBehind(offset), (place) => place.batch === header.batch && place.run > run)) {
    throw damaged(offset);
  }
  return { header, mark, frames, goodBytes, cutBytes: reader.sizeBytes - goodBytes };
}

/** A journal with nothing in it. */
export const emptyJournal: JournalContents = { header: undefined, mark: 0, frames: [], goodBytes: 0, cutBytes: 0 };

function hasRun(frames: Iterable<JournalFrame>, test: (place: FramePlace) => boolean): boolean {
  for (const { json } of frames) if (test(json)) return true;
  return false;
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
  #file: JournalFile;
  #header: JournalHeader;
  #acknowledgedBytes: number;
  #headerWritten: boolean;
  /** Number of the run that is being written. */
  #run: number;
  #broken: unknown;

  private constructor(disk: Disk, file: JournalFile, header: JournalHeader, contents: JournalContents) {
    this.#disk = disk;
    this.#file = file;
    this.#header = header;
    this.#acknowledgedBytes = contents.goodBytes;
    this.#headerWritten = contents.header !== undefined;
    this.#run = (contents.frames.at(-1)?.json.run ?? 0) + 1;
  }

  /** Opens the journal to go on behind `contents`, cutting what follows them. */
  static open(disk: Disk, contents: JournalContents, base: number): Journal {
    const file = openJournalFile(disk, journalPath);
    try {
      if (file.sizeBytes > contents.goodBytes) file.truncate(contents.goodBytes);
    } catch (error) {
      file.close();
      throw error;
    }
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
      const place: FramePlace = { batch: this.batch, run: this.#run, ...(options.more ? { more: true } : {}) };
      this.#file.append(encodeFrame({ ...json, ...place }, content));
      return this.#file.sizeBytes - content.length;
    });
  }

  /** Makes all appended frames durable; on return they are acknowledged. */
  sync(): void {
    this.#guard(() => {
      this.#file.sync();
      this.#acknowledgedBytes = this.#file.sizeBytes;
      this.#run++;
    });
  }

  /** What was acknowledged, as read back. */
  acknowledged(): JournalContents {
    return readJournal(this.#disk, this.#acknowledgedBytes);
  }

  /** Takes back what was appended since the last sync; where that fails the journal is of no more use. */
  rollBack(): void {
    try {
      this.#file.truncate(this.#acknowledgedBytes);
      this.#headerWritten = this.#acknowledgedBytes > 0;
    } catch (error) {
      this.fail(error);
    }
  }

  /** Refuses all further changes: nobody knows what they would be based on. */
  fail(cause: unknown): void {
    this.#broken ??= cause;
  }

  /** Fails `storage-failed` when the journal refuses changes. */
  checkUsable(): void {
    if (this.#broken === undefined) return;
    throw new PondError('storage-failed', 'the pond takes no more changes after an earlier failure', {
      hint: 'open the pond again once the disk works; what was staged is kept',
      cause: this.#broken,
    });
  }

  /**
   * Notes that commit `number` was made beside what is staged, so that opening need not look for the batch up to it.
   */
  mark(number: number): void {
    try {
      this.append({ mark: number }, nothing, { more: false });
      this.sync();
    } catch (error) {
      ignoreStorage(error);
    }
  }

  /** Bytes of content that a frame holds. */
  read(offset: number, sizeBytes: number): Uint8Array {
    const bytes = this.#file.read(offset, sizeBytes);
    if (bytes.length !== sizeBytes) throw new PondError('journal-damaged', 'the journal is shorter than it was');
    return bytes;
  }

  /**
   * Starts a new batch on a commit. Not synced: if the old frames are still there after a crash, their batch id is that
   * of a commit in the log, and they are known to be committed. So failing takes nothing back; it may leave a journal
   * that refuses changes.
   */
  reset(base: number): void {
    this.#header = newHeader(base);
    this.#run = 1;
    try {
      this.#guard(() => {
        this.#acknowledgedBytes = 0;
        this.#headerWritten = false;
        this.#file.truncate(0);
        this.#writeHeader();
        this.#file.write();
      });
    } catch (error) {
      ignoreStorage(error);
    }
  }

  /** Bytes in the file. */
  get sizeBytes(): number {
    return this.#file.sizeBytes;
  }

  /** Puts other frames, which say the same, in the place of all; whole and durable, or the old ones stay. */
  rewrite(fill: (frames: JournalWriter) => void): void {
    this.#guard(() => {
      const place: FramePlace = { batch: this.batch, run: 1 };
      const parts = [encodeFrame(this.#header, nothing)];
      let sizeBytes = parts[0]!.length;
      const append = (json: object, content: Uint8Array): number => {
        const part = encodeFrame({ ...json, ...place, more: true }, content);
        parts.push(part);
        sizeBytes += part.length;
        return sizeBytes - content.length;
      };
      fill({ append });
      const bytes = Buffer.concat([...parts, encodeFrame(place, nothing)]);
      try {
        replaceFile(this.#disk, journalPath, bytes);
        this.#file.close();
        this.#file = openJournalFile(this.#disk, journalPath);
      } catch (error) {
        // Where the new file, which is shorter, got the name, what the open one takes now would be lost with it.
        if (this.#disk.stat(journalPath)?.sizeBytes !== this.#file.sizeBytes) this.fail(error);
        throw error;
      }
      this.#run = 2;
      this.#acknowledgedBytes = this.#file.sizeBytes;
      this.#headerWritten = true;
    });
  }

  close(): void {
    this.#file.close();
  }

  #writeHeader(): void {
    this.#file.append(encodeFrame(this.#header, nothing));
    this.#headerWritten = true;
  }

  #guard<T>(work: () => T): T {
    this.checkUsable();
    try {
      return work();
    } catch (error) {
      // A journal that failed for good is left as it is: the file at hand may not be the journal any more.
      if (this.#broken === undefined) this.rollBack();
      throw error;
    }
  }
}

function newHeader(base: number): JournalHeader {
  return { format: 1, batch: randomUUID(), run: 0, base };
}

function ignoreStorage(error: unknown): void {
  if (!isPondError(error)) throw error;
}
