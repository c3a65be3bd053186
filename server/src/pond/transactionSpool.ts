import { type Disk, type DiskFile } from '../storage/disk.ts';
import { removeQuietly } from '../storage/durable.ts';
import { type Spool } from './stagedContent.ts';

/** Bytes kept in memory before a file takes more: most transactions need no file. */
const memoryBytesMax = 1024 * 1024;

/**
 * Holds the small contents of one transaction until it ends; none of them needs to outlive the process. The file at its
 * path is created once memory does not suffice.
 */
export class TransactionSpool implements Spool {
  readonly #disk: Disk;
  readonly #path: string;
  /** By offset; offsets continue in the file. */
  readonly #inMemory = new Map<number, Uint8Array>();
  #memoryBytes = 0;
  #file: DiskFile | undefined;

  constructor(disk: Disk, path: string) {
    this.#disk = disk;
    this.#path = path;
  }

  keep(bytes: Uint8Array): number {
    if (this.#file === undefined && this.#memoryBytes + bytes.length <= memoryBytesMax) {
      const offset = this.#memoryBytes;
      // The caller may reuse the buffer.
      this.#inMemory.set(offset, new Uint8Array(bytes));
      this.#memoryBytes += bytes.length;
      return offset;
    }
    this.#file ??= this.#disk.create(this.#path);
    this.#file.append(bytes);
    return this.#memoryBytes + this.#file.sizeBytes - bytes.length;
  }

  read(offset: number, sizeBytes: number): Uint8Array {
    // Empty content shares its offset with the next content.
    if (offset < this.#memoryBytes) return this.#inMemory.get(offset)?.subarray(0, sizeBytes) ?? new Uint8Array();
    const start = offset - this.#memoryBytes;
    return this.#disk.readRange(this.#path, start, start + sizeBytes) ?? new Uint8Array();
  }

  dispose(): void {
    this.#inMemory.clear();
    if (this.#file === undefined) return;
    this.#file.close();
    // Opening the pond removes spools; a completed commit must not fail because of one.
    removeQuietly(this.#disk, this.#path);
  }
}
