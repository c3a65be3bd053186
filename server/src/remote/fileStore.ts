import { throwIfCancelled } from '../base/cancelled.ts';
import { isPondError, PondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { joinPath, parentOf } from '../storage/diskPath.ts';
import { makeDirectoryDurable, removeQuietly, temporaryPathIn, writeNew } from '../storage/durable.ts';
import { checkedContent, observed, shortStream, tooLarge } from './content.ts';
import { listKeys } from './fileListing.ts';
import { checkKey } from './keys.ts';
import {
  type ListedObject,
  type ListOptions,
  type ObjectBody,
  type ObjectStat,
  type ObjectStore,
  readBytesMax,
  type ReadObjectOptions,
  type RequestOptions,
  type StreamOptions,
} from './objectStore.ts';

/** Folder of unfinished objects, below the prefix. Its name is one of temporary files, so no listing has it. */
const unfinishedFolder = '.tmp-unfinished';

/** Age after which an unfinished object is that of a process that was killed, milliseconds: one day. */
const unfinishedMsMax = 24 * 60 * 60 * 1000;

/** Options of a store in a folder. */
interface FileStoreOptions {
  /** Address for people. */
  readonly address: string;
  /** Path of the store on the disk; '' is its root. */
  readonly prefix: string;
  /** Current time, milliseconds since 1970 UTC; for tests. */
  readonly now?: () => number;
}

/**
 * Objects as files below a folder of a disk. A new object is written to a temporary file, flushed, and linked to its
 * name, which fails when the name is taken; then the folder is flushed. The disk needs hard links. It must be one that
 * refuses symbolic links and never creates its root (`openPondDisk`): a missing root fails `remote-failed`, since an
 * unmounted disk must not be taken for an empty store.
 */
export class FileStore implements ObjectStore {
  readonly address: string;
  readonly #disk: Disk;
  readonly #prefix: string;
  readonly #now: () => number;
  readonly #durable = new Set<string>();
  #isSwept = false;

  constructor(disk: Disk, { address, prefix, now = Date.now }: FileStoreOptions) {
    this.address = address;
    this.#disk = disk;
    this.#prefix = prefix;
    this.#now = now;
  }

  async stat(key: string, options: RequestOptions = {}): Promise<ObjectStat | undefined> {
    return await this.#attempt(key, options, () => this.#statFile(key));
  }

  async read(key: string, options: ReadObjectOptions = {}): Promise<Uint8Array | undefined> {
    const { sizeBytesMax = readBytesMax, onBytes } = options;
    return await this.#attempt(key, options, () => {
      const sizeBytes = this.#statFile(key)?.sizeBytes;
      if (sizeBytes === undefined) return undefined;
      if (sizeBytes > sizeBytesMax) throw tooLarge(this.#what(key), sizeBytes, sizeBytesMax);
      const bytes = this.#disk.readFile(this.#path(key));
      if (bytes !== undefined) onBytes?.(bytes.length);
      return bytes;
    });
  }

  async readStream(key: string, options: StreamOptions = {}): Promise<AsyncIterable<Uint8Array> | undefined> {
    const { start = 0 } = options;
    return await this.#attempt(key, options, () => {
      const sizeBytes = this.#statFile(key)?.sizeBytes;
      const chunks = sizeBytes === undefined ? undefined : this.#disk.readStream(this.#path(key), start);
      return chunks && this.#stream(key, chunks, { ...options, expected: Math.max(0, (sizeBytes ?? 0) - start) });
    });
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ListedObject> {
    const { startAfter = '', signal } = options;
    const found = await this.#attempt(undefined, options, () =>
      listKeys(this.#disk, this.#prefix, { prefix, startAfter }),
    );
    for (;;) {
      const next = await this.#attempt(undefined, { signal }, () => found.next());
      if (next.done === true) return;
      yield next.value;
    }
  }

  async putIfAbsent(key: string, body: ObjectBody, options: RequestOptions = {}): Promise<'created' | 'exists'> {
    return await this.#attempt(key, options, async () => {
      const [path, temporary] = [this.#path(key), this.#prepare(key)];
      // The directory is flushed either way: a process that was killed may have left the name, not durable yet.
      if (this.#isTaken(path, key)) return this.#flushed('exists', path);
      const content = observed(checkedContent(body, this.#what(key)), options);
      try {
        await this.#disk.createFromStream(temporary, content);
        throwIfCancelled(options.signal);
        const isLinked = this.#disk.link(temporary, path);
        return this.#flushed(isLinked ? 'created' : 'exists', path);
      } finally {
        removeQuietly(this.#disk, temporary);
      }
    });
  }

  async put(key: string, body: Uint8Array, options: RequestOptions = {}): Promise<void> {
    await this.#attempt(key, options, () => {
      const [path, temporary] = [this.#path(key), this.#prepare(key)];
      writeNew(this.#disk, temporary, body);
      try {
        this.#disk.rename(temporary, path);
      } finally {
        removeQuietly(this.#disk, temporary);
      }
      this.#disk.syncDirectory(parentOf(path));
      options.onBytes?.(body.length);
    });
  }

  async remove(key: string, options: RequestOptions = {}): Promise<void> {
    await this.#attempt(key, options, () => {
      const path = this.#path(key);
      if (this.#statFile(key) === undefined) return;
      this.#disk.remove(path);
      this.#disk.syncDirectory(parentOf(path));
    });
  }

  close(): void {}

  #path(key: string): string {
    return joinPath(this.#prefix, key);
  }

  #what(key: string | undefined): string {
    return key === undefined ? this.address : `${key} in ${this.address}`;
  }

  #statFile(key: string): ObjectStat | undefined {
    const found = this.#disk.stat(this.#path(key));
    if (found?.kind !== 'file') return undefined;
    return { sizeBytes: found.sizeBytes, sha256: undefined, modifiedMs: found.modifiedMs };
  }

  #isTaken(path: string, key: string): boolean {
    const found = this.#disk.stat(path);
    if (found?.kind !== 'directory') return found !== undefined;
    throw new PondError('remote-damaged', `${this.#what(key)}: expected a file, got a folder`);
  }

  #flushed<T>(outcome: T, path: string): T {
    this.#disk.syncDirectory(parentOf(path));
    return outcome;
  }

  /** Makes the folder of an object, and returns the path of a temporary file for its content. */
  #prepare(key: string): string {
    const unfinished = joinPath(this.#prefix, unfinishedFolder);
    makeDirectoryDurable(this.#disk, unfinished, this.#durable);
    makeDirectoryDurable(this.#disk, parentOf(this.#path(key)), this.#durable);
    if (!this.#isSwept) this.#sweep(unfinished);
    this.#isSwept = true;
    return temporaryPathIn(unfinished);
  }

  /** Removes what killed processes left. */
  #sweep(folder: string): void {
    for (const name of this.#disk.list(folder)) {
      const path = joinPath(folder, name);
      const found = this.#disk.stat(path);
      if (found?.kind === 'file' && found.modifiedMs < this.#now() - unfinishedMsMax) removeQuietly(this.#disk, path);
    }
  }

  async *#stream(
    key: string,
    chunks: AsyncIterable<Uint8Array>,
    { expected, ...options }: RequestOptions & { readonly expected: number },
  ): AsyncGenerator<Uint8Array> {
    let received = 0;
    try {
      for await (const chunk of observed(chunks, options)) {
        received += chunk.length;
        yield chunk;
      }
    } catch (error) {
      throw this.#errorOf(error, key);
    }
    if (received < expected) throw shortStream(this.#what(key), received, expected);
  }

  async #attempt<T>(key: string | undefined, { signal }: RequestOptions, work: () => T | Promise<T>): Promise<T> {
    if (key !== undefined) checkKey(key);
    throwIfCancelled(signal);
    try {
      if (this.#disk.stat('')?.kind !== 'directory') throw missingFolder(this.#disk.hostPath('') ?? this.address);
      return await work();
    } catch (error) {
      throw this.#errorOf(error, key);
    }
  }

  /** The error of the disk with a code of stores; any other error unchanged. */
  #errorOf(error: unknown, key: string | undefined): unknown {
    if (!isPondError(error)) return error;
    const code = storeCodes[error.code];
    return code === undefined ? error : error.with({ code, message: `${this.#what(key)}: ${error.message}` });
  }
}

const storeCodes: Partial<Record<PondError['code'], PondError['code']>> = {
  'storage-denied': 'remote-denied',
  'storage-failed': 'remote-failed',
  'already-exists': 'remote-failed',
  'pond-damaged': 'remote-damaged',
};

/** The folder, not the address of what would be below it. */
function missingFolder(folder: string): PondError {
  return new PondError('remote-failed', `the folder ${folder} does not exist`, {
    hint: 'Mount the disk, or create the folder.',
  });
}
