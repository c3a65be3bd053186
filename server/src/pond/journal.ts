/**
 * The journal of staged changes, opened for writing: one file of checksummed frames, see journalFrames.ts.
 *
 * Invariants: acknowledged changes are synced, and were written to the pond's own journal under a held lock; after a
 * failed write or sync the file is truncated to what was acknowledged. When even that fails, or the file is no longer
 * the pond's journal, the journal refuses all further writes.
 */
import { randomUUID } from 'node:crypto';
import { type CommitNumber } from '../delta/commitNumber.ts';
import { isPondError, PondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { replaceFile } from '../storage/durable.ts';
import { JournalFile } from './journalFile.ts';
import { type FillJournal, journalParts } from './journalParts.ts';
import { encodeFrame, type FrameRef } from './journalFrames.ts';
import { type JournalContents, type JournalHeader, readJournal, withoutParts } from './journalReader.ts';
import { journalPath } from './workPaths.ts';
import { type Lock } from './lock.ts';
import { type JournalEnd } from './lockFile.ts';
import { OwnershipLostError, requireOwnership } from './ownership.ts';
import { keepReserve, spendReserve } from './reserve.ts';

export { emptyJournal, type JournalContents, readJournal, withoutParts } from './journalReader.ts';

const nothing = new Uint8Array();

interface FrameOptions {
  /** True when the run continues after the frame. */
  readonly more: boolean;
  /** True for changes that only take content away: on a full disk they may use the reserve. */
  readonly isRemoval: boolean;
}

/** The journal opened for writing. One at a time: its owner holds the pond's lock. */
export class Journal {
  readonly #disk: Disk;
  readonly #lock: Lock;
  #file: JournalFile;
  #header: JournalHeader;
  #acknowledgedBytes: number;
  #headerWritten: boolean;
  /** Number of the run being written. */
  #run: number;
  /** True while the run being written takes content away and adds none. */
  #isRemoval = true;
  #isReserveSpent = false;
  /** Ids of commits that took a part of the changes, in case the file still has them. */
  readonly committedParts = new Set<string>();
  #broken: unknown;

  private constructor(disk: Disk, contents: JournalContents, header: JournalHeader, lock: Lock) {
    this.#disk = disk;
    this.#lock = lock;
    this.#file = this.#openFile();
    this.#header = header;
    this.#acknowledgedBytes = contents.goodBytes;
    this.#headerWritten = contents.header !== undefined;
    this.#run = contents.lastRun + 1;
  }

  /** Opens the journal for appending after `contents`, truncating what follows them. */
  static open(disk: Disk, contents: JournalContents, base: CommitNumber, lock: Lock): Journal {
    const journal = new Journal(disk, contents, contents.header ?? newHeader(base), lock);
    try {
      if (journal.#file.sizeBytes > contents.goodBytes) journal.#file.truncate(contents.goodBytes);
      journal.#recordEnd();
      return journal;
    } catch (error) {
      journal.close();
      throw error;
    }
  }

  /** Id of the commit that will take the staged changes. */
  get batch(): string {
    return this.#header.batch;
  }

  get base(): CommitNumber {
    return this.#header.base;
  }

  /** Appends a frame, unsynced. Returns the offset of its content in the file. */
  append(json: object, content: Uint8Array, { more, isRemoval }: FrameOptions): number {
    return this.#guard(() => {
      this.#isRemoval &&= isRemoval;
      if (!this.#headerWritten) this.#writeHeader();
      const place: FrameRef = { batch: this.batch, run: this.#run, ...(more ? { more: true } : {}) };
      this.#file.append(encodeFrame({ ...json, ...place }, content));
      return this.#file.sizeBytes - content.length;
    });
  }

  /** Makes all appended frames durable; on return they are acknowledged. */
  sync(): void {
    this.#guard(() => {
      this.#file.sync();
      // Another process that took the pond over since it was looked at before the write may have missed the bytes.
      this.requireOwned();
      this.#acknowledgedBytes = this.#file.sizeBytes;
      this.#run++;
      this.#isRemoval = true;
      this.#recordEnd();
    });
  }

  /** End of what is acknowledged; undefined when nothing is staged, or when it is not known after a failure. */
  get end(): JournalEnd | undefined {
    if (this.#broken !== undefined || this.#run === 1) return undefined;
    return { batch: this.batch, sizeBytes: this.#acknowledgedBytes };
  }

  /** The acknowledged contents, as read back. */
  acknowledged(): JournalContents {
    return withoutParts(readJournal(this.#disk, this.#acknowledgedBytes), this.committedParts);
  }

  /** Fails OwnershipLostError, now and from then on, when this process no longer owns the pond. */
  requireOwned(): void {
    try {
      requireOwnership(this.#disk, this.#file, this.#lock);
    } catch (error) {
      if (error instanceof OwnershipLostError) this.fail(error);
      throw error;
    }
  }

  /** False when this process no longer owns the pond, or when that cannot be found out. */
  isOwned(): boolean {
    try {
      this.requireOwned();
      return true;
    } catch (error) {
      ignoreStorage(error);
      return false;
    }
  }

  /** Reverts what was appended since the last sync; if that fails, the journal becomes unusable. */
  rollBack(): void {
    try {
      // Another process may have written after what was acknowledged here.
      this.requireOwned();
      this.#file.truncate(this.#acknowledgedBytes);
      this.#headerWritten = this.#acknowledgedBytes > 0;
      this.#isRemoval = true;
    } catch (error) {
      this.fail(error);
    }
  }

  /** Makes a rollback durable: a crash does not bring back what was reverted. False when that fails. */
  syncRollback(): boolean {
    try {
      this.checkUsable();
      this.#file.sync();
      this.requireOwned();
      return true;
    } catch (error) {
      ignoreStorage(error);
      return false;
    }
  }

  /** Refuses all further changes: their base would be unknown. */
  fail(cause: unknown): void {
    this.#broken ??= cause;
  }

  /** Fails `storage-failed`, or with the error of requireOwned, when the journal refuses changes. */
  checkUsable(): void {
    if (this.#broken === undefined) return;
    if (this.#broken instanceof OwnershipLostError) throw this.#broken;
    throw new PondError('storage-failed', 'the pond takes no more changes after an earlier failure', {
      hint: 'Open the pond again once the disk works; what was staged is kept.',
      cause: this.#broken,
    });
  }

  /** Records that commit `number` took none of these changes, so that opening need not search for the batch up to it. */
  mark(number: CommitNumber): void {
    try {
      this.append({ mark: number }, nothing, { more: false, isRemoval: false });
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
   * Starts a new batch on a commit. Not synced: if a crash leaves the old frames, their batch id is that of a commit in
   * the log, which marks them as committed. So a failure reverts nothing; it may leave a journal that refuses changes.
   */
  reset(base: CommitNumber): void {
    this.#header = newHeader(base);
    this.#run = 1;
    this.#isRemoval = true;
    try {
      this.#guard(() => {
        this.#acknowledgedBytes = 0;
        this.#headerWritten = false;
        this.requireOwned();
        this.#lock.recordEnd(undefined);
        this.#file.truncate(0);
        this.#writeHeader();
        this.#file.write();
      });
      if (this.#isReserveSpent) keepReserve(this.#disk);
      this.#isReserveSpent = false;
    } catch (error) {
      ignoreStorage(error);
    }
  }

  /** Bytes in the file. */
  get sizeBytes(): number {
    return this.#file.sizeBytes;
  }

  /** Replaces all frames with equivalent ones, based on a commit, atomically and durably, or not at all. */
  rewrite(fill: FillJournal, base: CommitNumber): void {
    this.#guard(() => {
      const header = { ...this.#header, base };
      const { parts, sizeBytes } = journalParts(header, fill);
      this.requireOwned();
      this.#lock.recordEnd(undefined);
      try {
        replaceFile(this.#disk, journalPath, parts);
        this.#file.close();
        this.#file = this.#openFile();
      } catch (error) {
        // If the new file has the name, contents are read from it, and what is appended to the open one is lost.
        if (this.#disk.stat(journalPath)?.sizeBytes !== this.#file.sizeBytes) {
          this.#acknowledgedBytes = sizeBytes;
          this.#file.dropReadAhead();
          this.fail(error);
        }
        throw error;
      }
      this.#header = header;
      this.#run = 2;
      this.#acknowledgedBytes = this.#file.sizeBytes;
      this.#headerWritten = true;
      this.#recordEnd();
    });
  }

  close(): void {
    this.#file.close();
  }

  #recordEnd(): void {
    const { end } = this;
    if (end !== undefined) this.#lock.recordEnd(end);
  }

  #openFile(): JournalFile {
    return new JournalFile(this.#disk, {
      beforeWrite: () => this.requireOwned(),
      makeRoom: () => this.#isRemoval && (this.#isReserveSpent = spendReserve(this.#disk)),
    });
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
      // A journal that failed for good is left as it is: the open file may no longer be the journal.
      if (this.#broken === undefined) this.rollBack();
      throw error;
    }
  }
}

function newHeader(base: CommitNumber): JournalHeader {
  return { format: 1, batch: randomUUID(), run: 0, base };
}

function ignoreStorage(error: unknown): void {
  if (!isPondError(error)) throw error;
}
