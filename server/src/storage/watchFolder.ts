/** Watches host folders: only that something changed, not what. */
import { basename } from 'node:path';
import { type FSWatcher } from 'chokidar';
import { errnoOf } from './storageError.ts';

/** A watched folder. */
export interface FolderWatch {
  /** False once the system has no watches left: then nothing is reported any more. */
  readonly isWatching: boolean;
  /** Ends the watch; no call of the listener follows. */
  close(): Promise<void>;
}

/** Errors of a system that has no watches left, or of a folder that cannot be watched. */
const exhausted: ReadonlySet<string> = new Set(['ENOSPC', 'EMFILE', 'ENFILE', 'EINVAL', 'ENOSYS', 'EPERM', 'EACCES']);

/**
 * Watches a folder and everything below it, without following links. Resolves once changes are seen; `onChange` is
 * called for each, and when watching fails. `isIgnored` excludes items by their name. The watch does not keep the
 * process alive. It watches directories, not files: their number is what the system limits.
 */
export async function watchFolder(
  path: string,
  onChange: () => void,
  isIgnored: (name: string) => boolean,
): Promise<FolderWatch> {
  const { watch } = await import('chokidar');
  const watcher = watch(path, {
    ...{ ignoreInitial: true, followSymlinks: false, persistent: false, ignorePermissionErrors: true },
    ignored: (at, stats) => stats?.isFile() === true || (at !== path && isIgnored(basename(at))),
  });
  let [isWatching, isClosed] = [true, false];
  const report = (): void => {
    if (!isClosed) onChange();
  };
  watcher.on('all', report);
  // The event of a file arrives at its directory.
  watcher.on('raw', (_event, at) => {
    if (typeof at !== 'string' || !isIgnored(basename(at))) report();
  });
  watcher.on('error', (error) => {
    if (exhausted.has(errnoOf(error) ?? '')) isWatching = false;
    report();
  });
  await ready(watcher, () => isWatching);
  return {
    get isWatching() {
      return isWatching;
    },
    async close() {
      isClosed = true;
      await watcher.close();
    },
  };
}

/** Resolves when the watcher has listed the folder, or has failed. */
function ready(watcher: FSWatcher, isWatching: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    watcher.once('ready', resolve);
    watcher.on('error', () => {
      if (!isWatching()) resolve();
    });
  });
}
