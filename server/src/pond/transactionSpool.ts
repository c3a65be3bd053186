import { type Disk, type DiskFile } from '../storage/disk.ts';
import { removeQuietly } from '../storage/durable.ts';
import { type Spool } from './stagedContent.ts';

/** Bytes kept in memory before a file takes more: most transactions need no file. */
const memoryBytesMax = 1024 * 1024;

/** Holds the small contents of one transaction until it ends. None of them needs to outlive the process. */
export interface TransactionSpool extends Spool {
  dispose(): void;
}

/** An empty spool; the file at `path` is created once memory does not suffice. */
export function createTransactionSpool(disk: Disk, path: string): TransactionSpool {
  /** By offset; offsets continue in the file. */
  const inMemory = new Map<number, Uint8Array>();
  let memoryBytes = 0;
  let file: DiskFile | undefined;

  function keep(bytes: Uint8Array): number {
    if (file === undefined && memoryBytes + bytes.length <= memoryBytesMax) {
      const offset = memoryBytes;
      // The caller may reuse the buffer.
      inMemory.set(offset, new Uint8Array(bytes));
      memoryBytes += bytes.length;
      return offset;
    }
    file ??= disk.create(path);
    file.append(bytes);
    return memoryBytes + file.sizeBytes - bytes.length;
  }

  function read(offset: number, sizeBytes: number): Uint8Array {
    // Empty content shares its offset with the next content.
    if (offset < memoryBytes) return inMemory.get(offset)?.subarray(0, sizeBytes) ?? new Uint8Array();
    const start = offset - memoryBytes;
    return disk.readRange(path, start, start + sizeBytes) ?? new Uint8Array();
  }

  function dispose(): void {
    inMemory.clear();
    if (file === undefined) return;
    file.close();
    // Opening the pond removes spools; a completed commit must not fail because of one.
    removeQuietly(disk, path);
  }

  return { keep, read, dispose };
}
