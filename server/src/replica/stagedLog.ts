/**
 * Log files that are fetched and not yet part of a pond: they wait in one file, and a view of the pond's disk shows them
 * as if they were in the log. So everything is checked before any reader of the folder sees it.
 */
import { PondError } from '../base/error.ts';
import { logDirectory } from '../delta/logPaths.ts';
import { spoolPrefix } from '../pond/workPaths.ts';
import { type Disk, type DiskFile, type DiskStat } from '../storage/disk.ts';
import { nameOf, parentOf } from '../storage/diskPath.ts';
import { removeQuietly } from '../storage/durable.ts';

/** Start of their names is that of all spools: the next writer of the pond removes those that a killed process left. */
const pathOf = (name: string): string => `_pond/${spoolPrefix}${name}`;

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Files of a log that wait; closed, they are gone. */
export class StagedLog {
  /** The pond's disk, with the files in its log. */
  readonly view: Disk;
  readonly #disk: Disk;
  readonly #path: string;
  readonly #file: DiskFile;
  readonly #ranges = new Map<string, Range>();

  /**
   * Opens an empty one of a name in the working folder of a pond, which exists. With `hidesOwn`, the view has none of the
   * log files of the disk: it has those of another pond.
   */
  constructor(disk: Disk, name: string, { hidesOwn = false }: { readonly hidesOwn?: boolean } = {}) {
    this.#disk = disk;
    this.#path = pathOf(name);
    disk.remove(this.#path);
    this.#file = disk.create(this.#path);
    this.view = this.#viewOf(hidesOwn ? withoutLog(disk) : disk);
  }

  /** Paths of the files, in the order in which they were added. */
  get paths(): readonly string[] {
    return [...this.#ranges.keys()];
  }

  has(path: string): boolean {
    return this.#ranges.has(path);
  }

  /** Adds a file of the log. */
  add(path: string, bytes: Uint8Array): void {
    const start = this.#file.sizeBytes;
    this.#file.append(bytes);
    this.#ranges.set(path, { start, end: start + bytes.length });
  }

  /** Returns the bytes of a file that was added. */
  read(path: string): Uint8Array {
    const { start, end } = this.#ranges.get(path) ?? { start: 0, end: 0 };
    const bytes = this.#disk.readRange(this.#path, start, end);
    if (bytes?.length === end - start) return bytes;
    throw new PondError('storage-failed', `${this.#path} was changed while the pond was copied`, { path: this.#path });
  }

  close(): void {
    this.#file.close();
    removeQuietly(this.#disk, this.#path);
  }

  #viewOf(disk: Disk): Disk {
    return {
      ...disk,
      readFile: (path) => (this.has(path) ? this.read(path) : disk.readFile(path)),
      readRange: (path, start, end) =>
        this.has(path) ? this.read(path).subarray(start, end) : disk.readRange(path, start, end),
      stat: (path) => this.#stat(path) ?? disk.stat(path),
      list: (directory) => [...new Set([...disk.list(directory), ...this.#namesIn(directory)])],
    };
  }

  #stat(path: string): DiskStat | undefined {
    const range = this.#ranges.get(path);
    if (range !== undefined) return { kind: 'file', sizeBytes: range.end - range.start, modifiedMs: 0, linkCount: 1 };
    return path === logDirectory ? { kind: 'directory', sizeBytes: 0, modifiedMs: 0, linkCount: 1 } : undefined;
  }

  #namesIn(directory: string): readonly string[] {
    return this.paths.filter((path) => parentOf(path) === directory).map(nameOf);
  }
}

/** Returns a disk without the files of its log. */
function withoutLog(disk: Disk): Disk {
  const isLog = (path: string): boolean => path === logDirectory || path.startsWith(`${logDirectory}/`);
  return {
    ...disk,
    readFile: (path) => (isLog(path) ? undefined : disk.readFile(path)),
    readRange: (path, start, end) => (isLog(path) ? undefined : disk.readRange(path, start, end)),
    stat: (path) => (isLog(path) ? undefined : disk.stat(path)),
    list: (directory) => (isLog(directory) ? [] : disk.list(directory)),
  };
}
