import { closeSync, fsyncSync, openSync } from 'node:fs';
import { errnoOf, raise } from './storageError.ts';

/** The result of `run`, called with `path`; an error of the host is that of `action` on the path (storageError.ts). */
export function attempt<T>(action: string, path: string, run: (path: string) => T): T {
  try {
    return run(path);
  } catch (error) {
    return raise(error, action, path);
  }
}

/** Makes the names in a host directory durable, as far as its file system can. */
export function syncHostDirectory(path: string): void {
  // Windows cannot open a directory for flushing; NTFS journals names itself.
  if (process.platform === 'win32') return;
  attempt('flush directory', path, () => {
    const handle = openSync(path, 'r');
    try {
      fsyncSync(handle);
    } catch (error) {
      // File systems without this flush, such as some of networks, return EINVAL; nothing more can be done.
      if (errnoOf(error) !== 'EINVAL') throw error;
    } finally {
      closeSync(handle);
    }
  });
}
