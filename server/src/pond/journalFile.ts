import { isPondError } from '../base/error.ts';
import { type Disk, type DiskFile } from '../storage/disk.ts';

/** Bytes buffered before a write, and bytes per read: a bulk change has thousands of small frames. */
const bufferBytesMax = 256 * 1024;

/** A file whose appended bytes are written together: at `write`, at `sync`, or when the buffer is full. */
export interface JournalFile extends DiskFile {
  /** Writes the buffered bytes, unsynced; other processes see them from then on. */
  write(): void;
  /** Bytes at an offset; fewer at the end of the file. Reads ahead, since contents are requested in order. */
  read(offset: number, sizeBytes: number): Uint8Array;
  /** Forgets what was read ahead, since another file has the path now. */
  dropReadAhead(): void;
}

/** Calls by which the owner of a journal file takes part in its writes. */
interface JournalFileHooks {
  /** Called before each write: when it fails, nothing is written. */
  readonly beforeWrite: () => void;
  /** Called when the disk is full; true if there is room now. */
  readonly makeRoom: () => boolean;
}

/** Opens or creates the file at `path`. */
export function openJournalFile(disk: Disk, path: string, { beforeWrite, makeRoom }: JournalFileHooks): JournalFile {
  const file = disk.openAppend(path);
  let buffered: Uint8Array[] = [];
  let bufferedBytes = 0;
  let window: { readonly start: number; readonly bytes: Uint8Array } = { start: 0, bytes: new Uint8Array() };

  function write(): void {
    if (bufferedBytes === 0) return;
    beforeWrite();
    const bytes = Buffer.concat(buffered, bufferedBytes);
    forget();
    const { sizeBytes } = file;
    try {
      file.append(bytes);
    } catch (error) {
      if (!isPondError(error, 'storage-full') || !makeRoom()) throw error;
      file.truncate(sizeBytes);
      file.append(bytes);
    }
  }

  function forget(): void {
    buffered = [];
    bufferedBytes = 0;
  }

  function read(offset: number, sizeBytes: number): Uint8Array {
    const end = offset + sizeBytes;
    if (end > file.sizeBytes) write();
    if (offset < window.start || end > window.start + window.bytes.length) {
      const bytes = disk.readRange(path, offset, Math.max(end, offset + bufferBytesMax)) ?? new Uint8Array();
      window = { start: offset, bytes };
    }
    // A copy: changes by the caller must not show in the next read.
    return new Uint8Array(window.bytes.subarray(offset - window.start, end - window.start));
  }

  return {
    get sizeBytes() {
      return file.sizeBytes + bufferedBytes;
    },
    isInPlace: () => file.isInPlace(),
    append(bytes) {
      buffered.push(bytes);
      bufferedBytes += bytes.length;
      if (bufferedBytes > bufferBytesMax) write();
    },
    write,
    sync() {
      write();
      file.sync();
    },
    truncate(sizeBytes) {
      forget();
      // Other bytes will follow the cut.
      window = { start: 0, bytes: new Uint8Array() };
      file.truncate(sizeBytes);
    },
    read,
    dropReadAhead() {
      window = { start: 0, bytes: new Uint8Array() };
    },
    close: () => file.close(),
  };
}
