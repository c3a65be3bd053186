import { randomUUID } from 'node:crypto';
import { PondError } from '../base/error.ts';
import { type Job } from '../base/job.ts';
import { createSingleFlight } from '../base/singleFlight.ts';
import { blobPath } from '../pond/blobs.ts';
import { originPath } from '../pond/layout.ts';
import { type ObjectStore, type RequestOptions } from '../remote/objectStore.ts';
import { type Disk } from '../storage/disk.ts';
import { parentOf } from '../storage/diskPath.ts';
import {
  isTemporaryName,
  makeDirectoryDurable,
  putStream,
  removeQuietly,
  temporaryPathIn,
} from '../storage/durable.ts';
import { type BlobOrigin } from '../storage/pondStorage.ts';
import { openOrigin, originAccess, readOrigin } from './originRecord.ts';
import { verifiedObject } from './verifiedObject.ts';

/** Where a blob is written before it has its name. A writer of the pond does not clean it up, so that readers may fetch. */
const fetchDirectory = '_pond/cache/fetch';

/** Age after which an unfinished blob is that of a process that was killed, milliseconds: one day. */
const unfinishedMsMax = 24 * 60 * 60 * 1000;

/** Dependencies of the origin of a pond. */
interface ThinOriginParts {
  /** Disk of the pond. */
  readonly disk: Disk;
  /** Fails `untrusted`, or `not-allowed` when the person did not allow the access, in words, for the pond. */
  readonly requireAllowed: (pond: string, access: string) => void;
  readonly env: (name: string) => string | undefined;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
}

/** An open store, with the text of the record that led to it. */
interface OpenStore {
  readonly url: string;
  readonly store: Promise<ObjectStore>;
}

/** The origin of the pond on a disk. It is read, and its store is opened, with the first blob that is absent. */
export class ThinOrigin implements Omit<BlobOrigin, 'exists'> {
  readonly #parts: ThinOriginParts;
  readonly #flight = createSingleFlight<void>();
  readonly #durable = new Set<string>();
  #open: OpenStore | undefined;
  #isSwept = false;

  constructor(parts: ThinOriginParts) {
    this.#parts = parts;
  }

  async fetch(sha256: string, sizeBytes: number, job: Job = {}): Promise<void> {
    await this.#flight(sha256, (shared) => this.#fetch(sha256, sizeBytes, shared), job);
  }

  async has(sha256: string, sizeBytes: number, { signal }: Job = {}): Promise<boolean> {
    const stat = await (await this.#store())?.stat(blobPath(sha256), { signal });
    return stat?.sizeBytes === sizeBytes && (stat.sha256 === undefined || stat.sha256 === sha256);
  }

  async requireElsewhere({ signal }: Job = {}): Promise<void> {
    const { disk } = this.#parts;
    const store = await this.#store();
    // Its URL may be another name of this folder: a link, a mounted share. Only what is written here shows it.
    const marker = `${fetchDirectory}/here-${randomUUID()}`;
    disk.makeDirectory(fetchDirectory);
    disk.create(marker).close();
    try {
      if ((await store?.stat(marker, { signal })) === undefined) return;
    } finally {
      removeQuietly(disk, marker);
    }
    throw new PondError('remote-unsafe', 'the origin of this pond is the pond itself: nothing can be evicted', {
      path: originPath,
      hint: `Remove ${originPath}: this pond is not a clone.`,
    });
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    (await open?.store.catch(() => undefined))?.close();
  }

  async #fetch(sha256: string, sizeBytes: number, { signal, progress }: Job): Promise<void> {
    const { disk } = this.#parts;
    const path = blobPath(sha256);
    if (disk.stat(path) !== undefined) return;
    const store = await this.#store();
    if (store === undefined) return;
    let received = 0;
    const onBytes = (bytes: number): void => progress?.('fetching', (received += bytes), sizeBytes);
    const options: RequestOptions = { signal, onBytes };
    disk.makeDirectory(fetchDirectory);
    this.#sweep();
    const finalPath = (): string => {
      makeDirectoryDurable(disk, parentOf(path), this.#durable);
      return path;
    };
    const content = verifiedObject(store, { key: path, sizeBytes, sha256 }, options);
    await putStream(disk, temporaryPathIn(fetchDirectory), finalPath, content);
  }

  /** Returns the store of the origin, if the person allowed it; undefined without an origin. */
  async #store(): Promise<ObjectStore | undefined> {
    const { disk, env, requireAllowed } = this.#parts;
    const origin = readOrigin(disk);
    if (origin === undefined) return undefined;
    requireAllowed(origin.pond, originAccess(origin));
    if (this.#open?.url !== origin.url) {
      await this.close();
      const opened: OpenStore = { url: origin.url, store: openOrigin(origin, env) };
      this.#open = opened;
      // A variable may be set, and a file be there, at the next attempt.
      opened.store.catch(() => (this.#open === opened ? (this.#open = undefined) : undefined));
    }
    return await this.#open?.store;
  }

  /** Removes what processes that were killed left of blobs, once. */
  #sweep(): void {
    if (this.#isSwept) return;
    this.#isSwept = true;
    const { disk, now } = this.#parts;
    for (const name of disk.list(fetchDirectory)) {
      const path = `${fetchDirectory}/${name}`;
      const isOld = now() - (disk.stat(path)?.modifiedMs ?? Infinity) > unfinishedMsMax;
      if (isOld && (isTemporaryName(name) || name.startsWith('here-'))) removeQuietly(disk, path);
    }
  }
}
