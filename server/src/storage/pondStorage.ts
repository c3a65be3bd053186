import { type Disk } from './disk.ts';
import { openHostDisk, openPondDisk } from './hostDisk.ts';

/** Storage that a pond is opened on. */
export interface PondStorage {
  /** Host directory of the pond, as people name it. */
  readonly directory: string;
  /** The pond's own disk: it refuses links, and never creates its root. */
  readonly disk: Disk;
  /** Opens the disk of another host directory: of a new pond, of a cache. */
  readonly openDisk: (directory: string) => Disk;
}

/** Returns the storage of the pond in a host directory, which need not exist. */
export function hostPondStorage(directory: string): PondStorage {
  return { directory, disk: openPondDisk(directory), openDisk: openHostDisk };
}
