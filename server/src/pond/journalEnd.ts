/**
 * Record of where the acknowledged part of the journal ends, for the time in which a process holds the lock: a journal
 * that is cut at the end of a change after the process was killed looks whole.
 *
 * The record is written after each acknowledgment, and cleared before the journal gets shorter. It is not flushed, so it
 * costs one call: the kernel keeps what a killed process wrote, and a record from before a restart of the machine is
 * ignored. Each record names the lock of its writer: only that of the last holder counts.
 */
import { fieldsOf, parseJsonText } from '../base/json.ts';
import { isPondError } from '../base/error.ts';
import { type Disk, type DiskFile } from '../storage/disk.ts';
import { type JournalEnd, journalEndIn } from './lockFile.ts';

export const journalEndPath = '_pond/journal.end';

/** A longer file is cut before the next record. */
const fileBytesMax = 4096;

/** Length of no record: a lock's id and a batch are UUIDs. */
const recordBytesMax = 512;

/** The records of the holder of a lock, opened at the first one. */
export class JournalEndRecords {
  readonly #disk: Disk;
  readonly #lockId: string;
  #file: DiskFile | undefined;

  constructor(disk: Disk, lockId: string) {
    this.#disk = disk;
    this.#lockId = lockId;
  }

  /** Records an end. A disk that fails leaves an earlier record, which is true as well, or none. */
  write({ batch, sizeBytes }: JournalEnd): void {
    try {
      const file = this.#opened();
      if (file.sizeBytes > fileBytesMax) file.truncate(0);
      file.append(Buffer.from(`${JSON.stringify({ lock: this.#lockId, batch, sizeBytes })}\n`));
    } catch (error) {
      if (!isPondError(error)) throw error;
    }
  }

  /** Removes all records. Fails with the storage codes: a record that is not true any more would report a loss. */
  clear(): void {
    const file = this.#opened();
    if (file.sizeBytes > 0) file.truncate(0);
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  #opened(): DiskFile {
    return (this.#file ??= this.#disk.openAppend(journalEndPath));
  }
}

/** Returns the last end that the holder of a lock recorded; undefined without one, or after one of another holder. */
export function recordedJournalEnd(disk: Disk, lockId: string): JournalEnd | undefined {
  const sizeBytes = disk.stat(journalEndPath)?.sizeBytes ?? 0;
  const bytes = disk.readRange(journalEndPath, Math.max(0, sizeBytes - recordBytesMax), sizeBytes);
  const line =
    Buffer.from(bytes ?? [])
      .toString('utf8')
      .split('\n')
      .at(-2) ?? '';
  const record = fieldsOf(parseJsonText(line));
  return record['lock'] === lockId ? journalEndIn(record) : undefined;
}
