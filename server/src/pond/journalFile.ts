import { isPondError } from '../base/error.ts';
import { type Disk, type DiskFile } from '../storage/disk.ts';
import { journalPath } from './workPaths.ts';

/** Bytes buffered before a write, and bytes per read: a bulk change has thousands of small frames. */
const bufferBytesMax = 256 * 1024;

/** Calls by which the owner of a journal file takes part in its writes. */
interface JournalFileHooks {
  /** Called before each write: when it fails, nothing is written. */
  readonly beforeWrite: () => void;
  /** Called when the disk is full; true if there is room now. */
  readonly makeRoom: () => boolean;
}

const nothingRead: { readonly start: number; readonly bytes: Uint8Array } = { start: 0, bytes: new Uint8Array() };

/** The file of the journal. Appended bytes are written together: at `write`, at `sync`, or when the buffer is full. */
export class JournalFile implements DiskFile {
  readonly #disk: Disk;
  readonly #hooks: JournalFileHooks;
  readonly #file: DiskFile;
  #buffered: Uint8Array[] = [];
  #bufferedBytes = 0;
  /** The bytes that were read last, with some of those that follow: contents are requested in order. */
  #readAhead = nothingRead;

  /** Opens or creates the file. */
  constructor(disk: Disk, hooks: JournalFileHooks) {
    this.#disk = disk;
    this.#hooks = hooks;
    this.#file = disk.openAppend(journalPath);
  }

  get sizeBytes(): number {
    return this.#file.sizeBytes + this.#bufferedBytes;
  }

  isInPlace(): boolean {
    return this.#file.isInPlace();
  }

  append(bytes: Uint8Array): void {
    this.#buffered.push(bytes);
    this.#bufferedBytes += bytes.length;
    if (this.#bufferedBytes > bufferBytesMax) this.write();
  }

  /** Writes the buffered bytes, unsynced; other processes see them from then on. */
  write(): void {
    if (this.#bufferedBytes === 0) return;
    this.#hooks.beforeWrite();
    const bytes = Buffer.concat(this.#buffered, this.#bufferedBytes);
    this.#dropBuffer();
    const { sizeBytes } = this.#file;
    try {
      this.#file.append(bytes);
    } catch (error) {
      if (!isPondError(error, 'storage-full') || !this.#hooks.makeRoom()) throw error;
      this.#file.truncate(sizeBytes);
      this.#file.append(bytes);
    }
  }

  sync(): void {
    this.write();
    this.#file.sync();
  }

  truncate(sizeBytes: number): void {
    this.#dropBuffer();
    // Other bytes will follow the cut.
    this.dropReadAhead();
    this.#file.truncate(sizeBytes);
  }

  /** Returns the bytes at an offset; fewer at the end of the file. */
  read(offset: number, sizeBytes: number): Uint8Array {
    const end = offset + sizeBytes;
    if (end > this.#file.sizeBytes) this.write();
    if (offset < this.#readAhead.start || end > this.#readAhead.start + this.#readAhead.bytes.length) {
      const bytes = this.#disk.readRange(journalPath, offset, Math.max(end, offset + bufferBytesMax));
      this.#readAhead = { start: offset, bytes: bytes ?? new Uint8Array() };
    }
    const { start, bytes } = this.#readAhead;
    // A copy: changes by the caller must not show in the next read.
    return new Uint8Array(bytes.subarray(offset - start, end - start));
  }

  /** Forgets what was read ahead, since another file has the path now. */
  dropReadAhead(): void {
    this.#readAhead = nothingRead;
  }

  close(): void {
    this.#file.close();
  }

  #dropBuffer(): void {
    this.#buffered = [];
    this.#bufferedBytes = 0;
  }
}
