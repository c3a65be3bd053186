/**
 * The primitives that a host file system offers, and nothing above them. Every durable recipe (durable.ts) is built
 * from these, so a simulated disk can stop the world, or fail, between any two of them.
 *
 * Paths are relative to the disk's root, with `/` between names; the root itself is ''. A path that escapes is an
 * assert.
 *
 * The calls are synchronous: a small durable write (create, write, flush, flush directory) took 0.40 ms so and 0.64 ms
 * through the thread pool, and a commit makes about ten of them. Only content of any size is streamed, asynchronously.
 *
 * A disk may refuse what is neither a file nor a directory; it then fails `pond-damaged`.
 *
 * Errors: missing things are `undefined` or `[]` where that is said; every other failure is a PondError `storage-full`
 * (ENOSPC, EDQUOT), `storage-denied` (EACCES, EPERM, EROFS) or `storage-failed` (all else), with the path.
 */
export interface Disk {
  /** The absolute host path of `path`, or undefined where the disk is not on the host (memory). */
  hostPath(path: string): string | undefined;
  /** The whole file; undefined when it is missing. */
  readFile(path: string): Uint8Array | undefined;
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
  /**
   * Creates a read-only file from a stream, in memory bounded by a few chunks, and flushes it. Returns its size in bytes. Fails
   * `already-exists` when the name is taken; any other failure, the stream's own too, leaves a part of the file.
   */
  createFromStream(path: string, content: AsyncIterable<Uint8Array>): Promise<number>;
}

/** How a file is created. */
export interface CreateOptions {
  /** Where the host has such modes, no other handle can write the file. */
  readonly isReadOnly: boolean;
}

/** What a name stands for. */
export interface DiskStat {
  readonly kind: 'file' | 'directory';
  readonly sizeBytes: number;
  /** Milliseconds since 1970. */
  readonly modifiedMs: number;
}

/** An open file, written at its end only. */
export interface DiskFile {
  /** Bytes in the file as written so far. */
  readonly sizeBytes: number;
  /**
   * True while the path that the file was opened at stands for this very file. False once the name, or a folder above
   * it, was removed, or was given to another file: what is written then is found by no one.
   */
  isInPlace(): boolean;
  /** Appends all of `bytes`, or fails; after a failure the tail of the file is unknown and must be cut or abandoned. */
  append(bytes: Uint8Array): void;
  truncate(sizeBytes: number): void;
  /**
   * Flushes data to the medium. After a failure the file must be abandoned: the kernel may have dropped the dirty pages
   * and a second flush would report success for bytes that are gone.
   */
  sync(): void;
  close(): void;
}
