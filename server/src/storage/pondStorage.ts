import { basename, dirname, join } from 'node:path';
import { type Disk } from './disk.ts';
import { openHostDisk, openPondDisk } from './hostDisk.ts';
import { userTemporaryFolder } from './userFolder.ts';

/** Storage that a pond is opened on. */
export interface PondStorage {
  /** Host directory of the pond, as people name it. */
  readonly directory: string;
  readonly disk: Disk;
  /** Creates the directory of a new pond; the disk of a pond never creates its root. */
  readonly createDirectory: () => void;
  /** Returns the disk for cached content where the pond's own folder is not writable. */
  readonly temporary: () => Disk;
  /** Yields the content of a host file, in the pond or in a cache, bytes start to end; undefined when it is missing. */
  readonly readHostFile: (
    hostPath: string,
    range?: { readonly start: number; readonly end: number },
  ) => AsyncIterable<Uint8Array> | undefined;
}

/** Returns the storage of the pond in a host directory, which need not exist. Links in it are refused. */
export function hostPondStorage(directory: string): PondStorage {
  return {
    directory,
    disk: openPondDisk(directory),
    createDirectory: () => openHostDisk(directory).makeDirectory(''),
    temporary: () => openHostDisk(join(userTemporaryFolder(), 'cache')),
    readHostFile: (hostPath, range) =>
      openHostDisk(dirname(hostPath)).readStream(basename(hostPath), range?.start, range?.end),
  };
}
