/**
 * The list of blobs that were created since the latest commit, in `_pond/new-content`. The next writer removes those that
 * a process which was killed left without a reference.
 *
 * It is safe to lose, so it is never flushed. Its first line is the id of the latest commit, read before the blob was
 * found to be missing. While that commit is the latest one, the history refers to no blob of the list: each was created
 * after it. Once there is a later commit, the list says nothing.
 */
import { isPondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { removeQuietly } from '../storage/durable.ts';

/** Path of the list. */
export const newBlobsPath = '_pond/new-content';

/** Maximum size of a list that is believed, bytes: 250,000 blobs. */
const listBytesMax = 16 * 1024 * 1024;

/** Writer of the list of one process. */
export class NewBlobs {
  readonly #disk: Disk;
  readonly #headId: () => Promise<string>;
  /** First line of the list; undefined before this process wrote one. */
  #head: string | undefined;

  /** `headId` returns the id of the latest commit. */
  constructor(disk: Disk, headId: () => Promise<string>) {
    this.#disk = disk;
    this.#headId = headId;
  }

  /** Returns the id of the latest commit. Called before a blob is looked for. */
  headId(): Promise<string> {
    return this.#headId();
  }

  /** Adds a blob that is about to be created. Without its line it stays on the disk, so a failure is ignored. */
  add(hash: string, head: string): void {
    try {
      if (this.#head !== head) {
        this.#disk.remove(newBlobsPath);
        this.#append(`${head}\n`);
        this.#head = head;
      }
      this.#append(`${hash}\n`);
    } catch (error) {
      if (!isPondError(error)) throw error;
      this.#head = undefined;
    }
  }

  #append(line: string): void {
    const file = this.#disk.openAppend(newBlobsPath);
    try {
      file.append(Buffer.from(line));
    } finally {
      file.close();
    }
  }
}

/** Returns the blobs that were created after a commit; [] when the list is for another commit, damaged or missing. */
export function newBlobsSince(disk: Disk, commitId: string): readonly string[] {
  const stat = disk.stat(newBlobsPath);
  if (stat?.kind !== 'file' || stat.sizeBytes > listBytesMax) return [];
  const [head, ...hashes] = Buffer.from(disk.readFile(newBlobsPath) ?? [])
    .toString('latin1')
    .split('\n');
  // A line that was cut short is not a hash.
  return head === commitId ? hashes.filter((hash) => /^[0-9a-f]{64}$/.test(hash)) : [];
}

/** Forgets the list: its blobs were removed, or are tracked otherwise. */
export function forgetNewBlobs(disk: Disk): void {
  removeQuietly(disk, newBlobsPath);
}
