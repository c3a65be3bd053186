import { type CommitNumber } from '../delta/commitNumber.ts';
import { removeQuietly } from '../storage/durable.ts';
import { blobPath } from './blobs.ts';
import { type Store } from './store.ts';

/** Refers to blobs: the staged changes, or those of a transaction. */
interface BlobUser {
  refersTo(hash: string): boolean;
}

/**
 * Removes blobs that nothing refers to. No index says what the history refers to, so only such blobs are removed as
 * cannot be in it: a change made here created the file, and no commit was made since.
 */
export class UnusedBlobs {
  readonly #store: Store;
  readonly #isOwner: () => boolean;
  readonly #users = new Set<BlobUser>();

  /** `isOwner` is asked before each removal: staged changes of another process may refer to the blobs. */
  constructor(store: Store, isOwner: () => boolean) {
    this.#store = store;
    this.#isOwner = isOwner;
  }

  /** Adds a user; returns a function that removes it again. */
  add(user: BlobUser): () => void {
    this.#users.add(user);
    return () => void this.#users.delete(user);
  }

  /** True when a user refers to a blob, or when it is being stored. */
  isUsed(hash: string): boolean {
    return this.#store.blobs.isClaimed(hash) || [...this.#users].some((user) => user.refersTo(hash));
  }

  /**
   * Removes those of the blobs that no user refers to and that are not being stored. They were created after commit
   * `since`, by changes that are certainly not there after a crash.
   */
  remove(hashes: Iterable<string>, since: CommitNumber): void {
    const { disk, opLog } = this.#store;
    if (opLog.head !== since) return;
    const unused = [...new Set(hashes)].filter((hash) => !this.isUsed(hash));
    if (unused.length === 0 || !this.#isOwner()) return;
    for (const hash of unused) removeQuietly(disk, blobPath(hash));
  }
}
