/** Fetches objects of a store into a pond's folder. Each is verified before its name appears there. */
import { throwIfCancelled } from '../base/cancelled.ts';
import { isPondError, type PondError } from '../base/error.ts';
import { mapLimit } from '../base/mapLimit.ts';
import { type ObjectStore } from '../remote/objectStore.ts';
import { type Disk } from '../storage/disk.ts';
import { parentOf } from '../storage/diskPath.ts';
import { makeDirectoryDurable, removeQuietly, temporaryPathIn } from '../storage/durable.ts';
import { verifiedObject } from './verifiedObject.ts';

/** An object, at the same path on the store and in the folder. */
export interface WantedObject {
  readonly path: string;
  readonly sizeBytes: number;
  /** Lower-case hex; undefined where the log does not say it: then the size alone is compared. */
  readonly sha256: string | undefined;
  /** False where the pond can do without it, if the store does not have it. */
  readonly isRequired: boolean;
}

interface FetcherParts {
  readonly store: ObjectStore;
  readonly disk: Disk;
  readonly signal: AbortSignal | undefined;
  /** Called as bytes arrive, with their number. */
  readonly onBytes: (bytes: number) => void;
}

/** A working folder whose temporary files the next writer of a pond removes. */
const temporaryDirectory = '_pond';

/** Fetches into one folder, and counts. */
export class ObjectFetcher {
  readonly #parts: FetcherParts;
  /** Directories known to exist, durably. */
  readonly #made = new Set<string>();
  /** Directories with names that may not be durable. */
  readonly #unsynced = new Set<string>();
  fetchedCount = 0;
  fetchedBytes = 0;
  /** Objects that are not on the store, and not required. */
  missingCount = 0;

  constructor(parts: FetcherParts) {
    this.#parts = parts;
  }

  /**
   * Fetches objects, some at once. Their names are durable on return. Fails `remote-damaged` when any of them is missing,
   * short, longer or altered, after the others were fetched: what arrived is not fetched again.
   */
  async fetch(wanted: readonly WantedObject[], atOnce: number): Promise<void> {
    const damaged: PondError[] = [];
    try {
      await mapLimit(wanted, atOnce, async (object) => {
        throwIfCancelled(this.#parts.signal);
        await this.#fetch(object).catch((error: unknown) => {
          if (!isPondError(error, 'remote-damaged')) throw error;
          damaged.push(error);
        });
      });
    } finally {
      for (const directory of this.#unsynced) this.#parts.disk.syncDirectory(directory);
      this.#unsynced.clear();
    }
    const [first, ...others] = damaged;
    if (first === undefined) return;
    const more = others.length === 0 ? '' : `, and so are ${others.length} more`;
    throw first.with({ message: `${first.message}${more}` });
  }

  async #fetch({ path, sizeBytes, sha256, isRequired }: WantedObject): Promise<void> {
    const { store, disk, signal, onBytes } = this.#parts;
    if (!isRequired && (await store.stat(path, { signal })) === undefined) {
      this.missingCount++;
      return;
    }
    const temporary = temporaryPathIn(temporaryDirectory);
    makeDirectoryDurable(disk, parentOf(path), this.#made);
    try {
      const content = verifiedObject(store, { key: path, sizeBytes, sha256 }, { signal, onBytes });
      await disk.createFromStream(temporary, content);
      disk.rename(temporary, path);
    } catch (error) {
      removeQuietly(disk, temporary);
      throw error;
    }
    this.#unsynced.add(parentOf(path));
    this.fetchedCount++;
    this.fetchedBytes += sizeBytes;
  }
}
