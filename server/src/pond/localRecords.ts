/**
 * Small records about nodes that no commit holds, by the UUID of the node: `_pond/runs/<uuid>.json`. They are on this
 * computer alone, not in copies, and safe to lose, so they are never flushed. Anyone may have written them.
 */
import { isPondError } from '../base/error.ts';
import { type Disk, fewValuesBytesMax } from '../storage/disk.ts';
import { removeQuietly, replaceUnflushed } from '../storage/durable.ts';
import { localRecordsDirectory } from './workPaths.ts';

/** Local records of a pond. */
export class LocalRecords {
  readonly #disk: Disk;
  readonly #requireOwned: () => void;
  readonly #changed: (path: string) => void;

  /** `requireOwned` fails if this process does not own the pond; `changed` reports that what a path shows has changed. */
  constructor(disk: Disk, { requireOwned, changed }: { requireOwned: () => void; changed: (path: string) => void }) {
    this.#disk = disk;
    this.#requireOwned = requireOwned;
    this.#changed = changed;
  }

  /** Returns the bytes of a record; undefined if it is missing or not a regular file. */
  read(id: string): Uint8Array | undefined {
    return unlessRefused(() => this.#disk.readFile(pathOf(id), fewValuesBytesMax));
  }

  /**
   * Writes the record of a node; `path` in the working tree is shown with it. Fails as Pond.requireOwned, and with the
   * storage codes.
   */
  write(id: string, bytes: Uint8Array, path: string): void {
    this.#requireOwned();
    replaceUnflushed(this.#disk, pathOf(id), bytes);
    this.#changed(path);
  }

  /** Removes the records of all other nodes, if they can be removed. */
  keepOnly(ids: readonly string[]): void {
    const kept = new Set(ids.map(pathOf));
    for (const name of unlessRefused(() => this.#disk.list(localRecordsDirectory)) ?? []) {
      const path = `${localRecordsDirectory}/${name}`;
      if (!kept.has(path)) removeQuietly(this.#disk, path);
    }
  }
}

/** Returns what is read; undefined where the disk refuses it, as for a link of a stranger. */
function unlessRefused<T>(reading: () => T): T | undefined {
  try {
    return reading();
  } catch (error) {
    if (!isPondError(error)) throw error;
    return undefined;
  }
}

const pathOf = (id: string): string => `${localRecordsDirectory}/${id}.json`;
