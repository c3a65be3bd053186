import { closeSync, constants, fdatasyncSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { assert } from '../base/assert.ts';
import { type CreateOptions, type DiskFile } from './disk.ts';
import { readOnlyMode } from './hostStream.ts';
import { raise, storageError } from './storageError.ts';

const createFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
const appendFlags = constants.O_WRONLY | constants.O_CREAT;

/** Creates the file at an absolute host path. Fails `already-exists` when the name is taken. */
export function createHostFile(path: string, { isReadOnly = false }: Partial<CreateOptions> = {}): DiskFile {
  return new HostFile(path, open(path, createFlags, 'create', isReadOnly ? readOnlyMode : 0o666), 0);
}

/** Opens or creates the file at an absolute host path; appending starts at its end. */
export function openHostFile(path: string): DiskFile {
  const handle = open(path, appendFlags, 'open');
  try {
    return new HostFile(path, handle, fstatSync(handle).size);
  } catch (error) {
    closeSync(handle);
    return raise(error, 'open', path);
  }
}

function open(path: string, flags: number, action: string, mode = 0o666): number {
  try {
    return openSync(path, flags, mode);
  } catch (error) {
    return raise(error, action, path);
  }
}

/**
 * An open file that keeps its own end, so an append never depends on a shared file position.
 *
 * Invariants: `sizeBytes` counts only bytes that the kernel took; after one failed flush every later flush fails.
 */
class HostFile implements DiskFile {
  sizeBytes: number;
  readonly #path: string;
  readonly #handle: number;
  #open = true;
  #flushFailed = false;

  constructor(path: string, handle: number, sizeBytes: number) {
    this.#path = path;
    this.#handle = handle;
    this.sizeBytes = sizeBytes;
  }

  append(bytes: Uint8Array): void {
    this.#attempt('write', () => {
      // A write may take fewer bytes than it was given; the next one then says why.
      for (let done = 0; done < bytes.length;) {
        const written = writeSync(this.#handle, bytes, done, bytes.length - done, this.sizeBytes);
        done += written;
        this.sizeBytes += written;
      }
    });
  }

  truncate(sizeBytes: number): void {
    assert(sizeBytes <= this.sizeBytes, () => `cannot cut '${this.#path}' to more than it holds`);
    this.#attempt('cut', () => ftruncateSync(this.#handle, sizeBytes));
    this.sizeBytes = sizeBytes;
  }

  sync(): void {
    if (this.#flushFailed) throw storageError('EIO', 'flush', this.#path);
    this.#flushFailed = true;
    this.#attempt('flush', () => fdatasyncSync(this.#handle));
    this.#flushFailed = false;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      closeSync(this.#handle);
    } catch (error) {
      raise(error, 'close', this.#path);
    }
  }

  #attempt(action: string, run: () => void): void {
    assert(this.#open, () => `'${this.#path}' is closed`);
    try {
      run();
    } catch (error) {
      raise(error, action, this.#path);
    }
  }
}
