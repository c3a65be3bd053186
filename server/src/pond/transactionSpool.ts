import { type Disk, type DiskFile } from '../storage/disk.ts';
import { removeQuietly } from '../storage/durable.ts';
import { type Spool } from './stagedContent.ts';

/** Bytes that are kept in memory before a file takes more: most transactions need none. */
const memoryBytesMax = 1024 * 1024;

/** Holds the small contents of one transaction until it ends. Nothing of it needs to outlive the process. */
export interface TransactionSpool extends Spool {
  dispose(): void;
}

/** An empty spool; the file at `path` is made when memory does not do. */
export function createTransactionSpool(disk: Disk, path: string): TransactionSpool {
  /** By their offsets, which go on in the file. */
  const inMemory = new Map<number, Uint8Array>();
  let memoryBytes = 0;
  let file: DiskFile | undefined;

  function keep(bytes: Uint8Array): number {
    if (file === undefined && memoryBytes + bytes.length <= memoryBytesMax) {
      const offset = memoryBytes;
      // The caller may use the buffer again.
      inMemory.set(offset, new Uint8Array(bytes));
      memoryBytes += bytes.length;
      return offset;
    }
    file ??= disk.create(path);
    file.append(bytes);
    return memoryBytes + file.sizeBytes - bytes.length;
  }

  function read(offset: number, sizeBytes: number): Uint8Array {
    // Empty content shares its offset with what came next.
    if (offset < memoryBytes) return inMemory.get(offset)?.subarray(0, sizeBytes) ?? new Uint8Array();
    const start = offset - memoryBytes;
    return disk.readRange(path, start, start + sizeBytes) ?? new Uint8Array();
  }

  function dispose(): void {
    inMemory.clear();
    if (file === undefined) return;
    file.close();
    // Opening the pond removes spools; a commit that is made must not fail for one.
    removeQuietly(disk, path);
  }

  return { keep, read, dispose };
}
