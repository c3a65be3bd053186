import { constants } from 'node:buffer';

/** Longest file that is read whole unless the caller sets another limit, bytes: no text of JavaScript is longer. */
export const wholeFileBytesMax = constants.MAX_STRING_LENGTH;

/** Limit for a file that holds a few values, bytes. */
export const fewValuesBytesMax = 1024 * 1024;

/**
 * The primitives of a host file system, and nothing more. Every durable operation (durable.ts) is built from these, so
 * a simulated disk can crash or fail between any two of them.
 *
 * Paths are relative to the disk's root, with `/` between names; the root itself is ''. A path that escapes is an
 * assert.
 *
 * The calls are synchronous: a small durable write (create, write, flush, flush directory) took 0.40 ms this way and
 * 0.64 ms through the thread pool, and a commit makes about ten. Only content of unbounded size is streamed,
 * asynchronously.
 *
 * A disk may refuse anything but files and directories; it then fails `pond-damaged`.
 *
 * Errors: missing things give `undefined` or `[]` where documented; every other failure is a PondError `storage-full`
 * (ENOSPC, EDQUOT), `storage-denied` (EACCES, EPERM, EROFS) or `storage-failed` (all else), with the path.
 */
export interface Disk {
  /** The absolute host path of `path`, or undefined where the disk is not on the host (memory). */
  hostPath(path: string): string | undefined;
  /**
   * The whole file; undefined when it is missing. A disk of the host fails `pond-damaged` or `storage-failed` for one of
   * more than `sizeBytesMax` bytes (wholeFileBytesMax if omitted): a stranger may have made it, in no space of the disk.
   */
  readFile(path: string, sizeBytesMax?: number): Uint8Array | undefined;
  /**
   * Bytes start (inclusive, 0-based) to end (exclusive); shorter at the end of the file; undefined when it is missing.
   */
  readRange(path: string, start: number, end: number): Uint8Array | undefined;
  stat(path: string): DiskStat | undefined;
  /** Names in a directory, unordered; [] when it is missing. */
  list(directory: string): string[];
  /** Creates a directory and its missing parents. Existing is fine. Not durable until the parents are synced. */
  makeDirectory(path: string): void;
  /** Creates a file for writing from empty. Fails `already-exists` when the name is taken. */
  create(path: string, options?: CreateOptions): DiskFile;
  /** Opens an existing or new file for appending and truncating. */
  openAppend(path: string): DiskFile;
  /** Makes `to` a second name of `from`. Returns false, changing nothing, when `to` exists. */
  link(from: string, to: string): boolean;
  /** Moves `from` to `to`, replacing it. */
  rename(from: string, to: string): void;
  /** Removes a file. Missing is fine. */
  remove(path: string): void;
  /** Makes creations, links, renames and removals in the directory durable. */
  syncDirectory(path: string): void;
  /** Streams a file's bytes start to end in chunks of at most 1 MiB; undefined when it is missing. */
  readStream(path: string, start?: number, end?: number): AsyncIterable<Uint8Array> | undefined;
  /** As readStream, with less work for large files: each chunk is valid until the next one is asked for. */
  scanStream(path: string, start?: number, end?: number): AsyncIterable<Uint8Array> | undefined;
  /**
   * Creates a read-only file from a stream, with a few chunks in memory at a time, and flushes it. Returns its size in
   * bytes. Fails `already-exists` when the name is taken; any other failure, also of the stream, leaves a partial file.
   */
  createFromStream(path: string, content: AsyncIterable<Uint8Array>): Promise<number>;
}

/** Options of a new file. */
export interface CreateOptions {
  /** On a host that supports such modes, no other handle can write the file. */
  readonly isReadOnly: boolean;
}

/** Metadata of a file or directory. */
export interface DiskStat {
  readonly kind: 'file' | 'directory';
  readonly sizeBytes: number;
  /** Milliseconds since 1970 UTC. */
  readonly modifiedMs: number;
  /** Number of names of a file: a change of one with several, made in place, is one of all of them. 1 for a directory. */
  readonly linkCount: number;
}

/** An open file, written only at its end. */
export interface DiskFile {
  /** Bytes in the file as written so far. */
  readonly sizeBytes: number;
  /**
   * True while the path at which the file was opened still names this file. False once the name, or a folder above it,
   * was removed or given to another file: no reader finds later writes.
   */
  isInPlace(): boolean;
  /**
   * Appends all of `bytes`, or fails; after a failure the tail of the file is undefined and must be truncated or
   * abandoned.
   */
  append(bytes: Uint8Array): void;
  truncate(sizeBytes: number): void;
  /**
   * Flushes data to the medium. After a failure the file must be abandoned: the kernel may have dropped the dirty pages
   * and a second flush would report success for lost bytes.
   */
  sync(): void;
  close(): void;
}

/** Opens the disk of a host directory; the directory need not exist. */
export type OpenDisk = (directory: string) => Disk;
