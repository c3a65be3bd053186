import { openHostDisk, openPondDisk } from './hostDisk.ts';
import { type PondStorage } from './pondStorage.ts';

/** Returns the storage of the pond in a host directory, which need not exist. */
export function hostPondStorage(directory: string): PondStorage {
  return { directory, disk: openPondDisk(directory), openDisk: openHostDisk };
}
