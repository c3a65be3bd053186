import {
  type BigIntStats,
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  statSync,
  writeSync,
} from 'node:fs';
import { assert } from '../base/assert.ts';
import { type CreateOptions, type DiskFile } from './disk.ts';
import { type Links, openHandle } from './hostOpen.ts';
import { readOnlyMode } from './hostStream.ts';
import { errnoOf, raise, storageError } from './storageError.ts';

const createFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
const appendFlags = constants.O_WRONLY | constants.O_CREAT;
const writableMode = 0o666;

/** Creates the file at an absolute host path. Fails `already-exists` when the name is taken. */
export function createHostFile(
  path: string,
  links: Links,
  { isReadOnly = false }: Partial<CreateOptions> = {},
): DiskFile {
  const mode = isReadOnly ? readOnlyMode : writableMode;
  return hostFileOf(path, open(path, { flags: createFlags, action: 'create', mode }, links), links);
}

/** Opens or creates the file at an absolute host path; appending starts at its end. */
export function openHostFile(path: string, links: Links): DiskFile {
  return hostFileOf(path, open(path, { flags: appendFlags, action: 'open', mode: writableMode }, links), links);
}

function hostFileOf(path: string, handle: number, links: Links): DiskFile {
  try {
    return new HostFile(path, handle, { stats: fstatSync(handle, { bigint: true }), links });
  } catch (error) {
    closeSync(handle);
    return raise(error, 'open', path);
  }
}

interface Opening {
  readonly flags: number;
  readonly action: string;
  readonly mode: number;
}

function open(path: string, { flags, action, mode }: Opening, links: Links): number {
  try {
    return openHandle(path, { flags, mode }, links);
  } catch (error) {
    return raise(error, action, path);
  }
}

/**
 * An open file that keeps its own end, so an append does not depend on a shared file position.
 *
 * Invariants: `sizeBytes` counts only bytes that the kernel accepted; after one failed flush every later flush fails.
 */
class HostFile implements DiskFile {
  sizeBytes: number;
  readonly #path: string;
  readonly #handle: number;
  readonly #links: Links;
  /** As bigints: file numbers on Windows exceed a number's precision. */
  readonly #device: bigint;
  readonly #inode: bigint;
  #open = true;
  #flushFailed = false;

  constructor(path: string, handle: number, { stats, links }: { readonly stats: BigIntStats; readonly links: Links }) {
    this.#path = path;
    this.#handle = handle;
    this.#links = links;
    this.#device = stats.dev;
    this.#inode = stats.ino;
    this.sizeBytes = Number(stats.size);
  }

  isInPlace(): boolean {
    const look = this.#links === 'refused' ? lstatSync : statSync;
    try {
      const found = look(this.#path, { bigint: true, throwIfNoEntry: false });
      return found !== undefined && found.dev === this.#device && found.ino === this.#inode;
    } catch (error) {
      return errnoOf(error) === 'ENOTDIR' ? false : raise(error, 'stat', this.#path);
    }
  }

  append(bytes: Uint8Array): void {
    this.#attempt('write', () => {
      // A write may accept fewer bytes than given; the next one then reports why.
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
