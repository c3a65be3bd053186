/** Changes of watched folders, counted, so that none is missed between two waits. */
import { setTimeout as delay } from 'node:timers/promises';
import { type FolderWatch } from '../storage/watchFolder.ts';
import { isOwnName } from './scope.ts';

/** A change is reported once nothing followed it for this time, or at the latest after the longer one; milliseconds. */
const quietMs = 200;
const noisyMs = 2_000;

/** Folders that no caller asked about for this time are no longer watched, milliseconds. */
const idleMs = 60_000;

/** Opens the watch of a folder: storage/watchFolder.ts. */
type WatchFolder = (path: string, onChange: () => void, isIgnored: (name: string) => boolean) => Promise<FolderWatch>;

interface Watched {
  readonly watch: Promise<FolderWatch>;
  lastAskedMs: number;
}

/** Counts the changes of folders. Each is watched while callers ask about it. */
export class FolderEvents {
  readonly #watchFolder: WatchFolder;
  readonly #watched = new Map<string, Watched>();
  readonly #waiting = new Set<() => void>();
  #count = 0;
  #sweep: NodeJS.Timeout | undefined;

  constructor(watchFolder: WatchFolder) {
    this.#watchFolder = watchFolder;
  }

  /** Number of changes so far. */
  get count(): number {
    return this.#count;
  }

  /** Watches the folders from now on; true when changes of all of them are seen. */
  async watch(folders: readonly string[]): Promise<boolean> {
    this.#sweep ??= setInterval(() => void this.#closeIdle(), idleMs / 4).unref();
    const watches = await Promise.all(folders.map((folder) => this.#watchOf(folder)));
    return watches.every(({ isWatching }) => isWatching);
  }

  /** Resolves when there were changes after `since`, and they have ceased for a moment; or when the signal is aborted. */
  async after(since: number, signal: AbortSignal): Promise<void> {
    if (this.#count <= since) await this.#next(signal);
    const endMs = Date.now() + noisyMs;
    for (let seen = -1; seen !== this.#count && Date.now() < endMs && !signal.aborted;) {
      seen = this.#count;
      await delay(quietMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Ends all watches. */
  async close(): Promise<void> {
    clearInterval(this.#sweep);
    this.#sweep = undefined;
    const all = [...this.#watched.values()];
    this.#watched.clear();
    for (const { watch } of all) await (await watch).close();
  }

  async #watchOf(folder: string): Promise<FolderWatch> {
    const known = this.#watched.get(folder);
    if (known !== undefined) {
      known.lastAskedMs = Date.now();
      return await known.watch;
    }
    const watch = this.#watchFolder(folder, () => this.#report(), isOwnName);
    this.#watched.set(folder, { watch, lastAskedMs: Date.now() });
    return await watch;
  }

  #next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        this.#waiting.delete(end);
        signal.removeEventListener('abort', end);
        resolve();
      };
      this.#waiting.add(end);
      signal.addEventListener('abort', end);
      if (signal.aborted) end();
    });
  }

  #report(): void {
    this.#count += 1;
    for (const end of [...this.#waiting]) end();
  }

  async #closeIdle(): Promise<void> {
    for (const [folder, { watch, lastAskedMs }] of this.#watched) {
      // A caller that waits asked when its wait began.
      if (this.#waiting.size > 0 || Date.now() - lastAskedMs < idleMs) continue;
      this.#watched.delete(folder);
      await (await watch).close();
    }
    if (this.#watched.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }
}
