/** Ponds in folders and on disks of tests. */
import { initPond as init, type InitOptions, openPond as open } from '../../server/src/pond/pond.ts';
import { type OpenPond } from '../../server/src/pond/openPond.ts';
import { type OpenOptions, type TreeLayer } from '../../server/src/pond/types.ts';
import { type Disk } from '../../server/src/storage/disk.ts';
import { hostPondStorage } from '../../server/src/storage/hostPondStorage.ts';
import { type PondStorage } from '../../server/src/storage/pondStorage.ts';

/** The storage of a pond on any disk. */
export function storageOn(disk: Disk, directory: string): PondStorage {
  return { ...hostPondStorage(directory), disk };
}

/** As initPond, in a folder. */
export function initPond<Layer extends TreeLayer = TreeLayer>(
  directory: string,
  options: InitOptions<Layer> = {},
): Promise<OpenPond<Layer>> {
  return init(hostPondStorage(directory), options);
}

/** As initPond, on any disk. */
export function initPondOn<Layer extends TreeLayer = TreeLayer>(
  disk: Disk,
  directory: string,
  options: InitOptions<Layer> = {},
): Promise<OpenPond<Layer>> {
  return init(storageOn(disk, directory), options);
}

/** As openPond, in a folder. */
export function openPond<Layer extends TreeLayer = TreeLayer>(
  directory: string,
  options: OpenOptions<Layer>,
): Promise<OpenPond<Layer>> {
  return open(hostPondStorage(directory), options);
}

/** As openPond, on any disk. */
export function openPondOn<Layer extends TreeLayer = TreeLayer>(
  disk: Disk,
  directory: string,
  options: OpenOptions<Layer>,
): Promise<OpenPond<Layer>> {
  return open(storageOn(disk, directory), options);
}
