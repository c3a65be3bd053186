import { randomUUID } from 'node:crypto';
import { PondError } from '../base/error.ts';
import { type Job } from '../base/job.ts';
import { blobPath } from '../pond/blobs.ts';
import { type BlobOrigin, originPath } from '../storage/pondStorage.ts';
import { type ObjectStore } from '../remote/objectStore.ts';
import { type Disk } from '../storage/disk.ts';
import { removeQuietly } from '../storage/durable.ts';
import { BlobFetcher, fetchDirectory, markerPrefix } from './blobFetcher.ts';
import { openOrigin, originAccess, readOrigin } from './originRecord.ts';

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
  readonly #fetcher: BlobFetcher;
  #open: OpenStore | undefined;

  constructor(parts: ThinOriginParts) {
    this.#parts = parts;
    this.#fetcher = new BlobFetcher({ disk: parts.disk, now: parts.now, store: () => this.#store() });
  }

  async fetch(sha256: string, sizeBytes: number, job?: Job): Promise<void> {
    await this.#fetcher.fetch(sha256, sizeBytes, job);
  }

  async has(sha256: string, sizeBytes: number, { signal }: Job = {}): Promise<boolean> {
    const stat = await (await this.#store())?.stat(blobPath(sha256), { signal });
    return stat?.sizeBytes === sizeBytes && (stat.sha256 === undefined || stat.sha256 === sha256);
  }

  async requireElsewhere({ signal }: Job = {}): Promise<void> {
    const { disk } = this.#parts;
    const store = await this.#store();
    // Its URL may be another name of this folder: a link, a mounted share. Only what is written here shows it.
    const marker = `${fetchDirectory}/${markerPrefix}${randomUUID()}`;
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
    return await this.#open.store;
  }
}
