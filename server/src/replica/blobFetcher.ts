import { type Job } from '../base/job.ts';
import { createSingleFlight } from '../base/singleFlight.ts';
import { blobPath } from '../pond/blobs.ts';
import { type ObjectStore } from '../remote/objectStore.ts';
import { type Disk } from '../storage/disk.ts';
import { parentOf } from '../storage/diskPath.ts';
import {
  isTemporaryName,
  makeDirectoryDurable,
  putStream,
  removeQuietly,
  temporaryPathIn,
} from '../storage/durable.ts';
import { verifiedObject } from './verifiedObject.ts';

/** Temporary path of a blob. A writer of the pond does not clean it up, so that readers may fetch. */
export const fetchDirectory = '_pond/cache/fetch';

/** Start of the names of files that show whether two names of a folder are the same folder. */
export const markerPrefix = 'here-';

/** Age after which an unfinished blob is that of a process that was killed, milliseconds: one day. */
const unfinishedMsMax = 24 * 60 * 60 * 1000;

/** Dependencies of fetching blobs. */
interface BlobFetcherParts {
  /** Disk of the pond to which blobs are brought. */
  readonly disk: Disk;
  /** Returns the store of the pond that has them; undefined where there is none. */
  readonly store: () => Promise<ObjectStore | undefined>;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
}

/** Brings blobs from a store to a disk. */
export class BlobFetcher {
  readonly #parts: BlobFetcherParts;
  readonly #flight = createSingleFlight<void>();
  readonly #durable = new Set<string>();
  #isSwept = false;

  constructor(parts: BlobFetcherParts) {
    this.#parts = parts;
  }

  /**
   * Brings a blob to the disk, unless it is there: compared with its hash before it has its name, and durable on return.
   * Concurrent calls share one request. Does nothing without a store. Fails as verifiedObject, and with the storage codes.
   */
  async fetch(sha256: string, sizeBytes: number, job: Job = {}): Promise<void> {
    await this.#flight(sha256, (shared) => this.#fetch(sha256, sizeBytes, shared), job);
  }

  async #fetch(sha256: string, sizeBytes: number, { signal, progress }: Job): Promise<void> {
    const { disk } = this.#parts;
    const path = blobPath(sha256);
    if (disk.stat(path) !== undefined) return;
    const store = await this.#parts.store();
    if (store === undefined) return;
    let received = 0;
    const onBytes = (bytes: number): void => {
      received += bytes;
      progress?.('fetching', received, sizeBytes);
    };
    disk.makeDirectory(fetchDirectory);
    this.#sweep();
    const finalPath = (): string => {
      makeDirectoryDurable(disk, parentOf(path), this.#durable);
      return path;
    };
    const content = verifiedObject(store, { key: path, sizeBytes, sha256 }, { signal, onBytes });
    await putStream(disk, temporaryPathIn(fetchDirectory), finalPath, content);
  }

  /** Removes what processes that were killed left, once. */
  #sweep(): void {
    if (this.#isSwept) return;
    this.#isSwept = true;
    const { disk, now } = this.#parts;
    for (const name of disk.list(fetchDirectory)) {
      const path = `${fetchDirectory}/${name}`;
      const isOld = now() - (disk.stat(path)?.modifiedMs ?? Infinity) > unfinishedMsMax;
      if (isOld && (isTemporaryName(name) || name.startsWith(markerPrefix))) removeQuietly(disk, path);
    }
  }
}
