/**
 * Files by key on disk: `<2 digits>/<key>` below the cache's folder.
 *
 * Invariants:
 * - A file under its key is whole: it is written aside, flushed and renamed. One that lost its end all the same, to a
 *   disk or to a person, is as good as none.
 * - The folder grows to at most `bytesMax` and what one making adds. The files made first go first, those that this
 *   process used last only when nothing else is left: a query may be about to open them.
 */
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { isPondError } from '../base/error.ts';
import { lazy } from '../base/lazy.ts';
import { type Disk } from './disk.ts';
import { flushFile, isTemporaryName, refusalOf, removeQuietly, temporaryPathIn } from './durable.ts';
import { openHostDisk } from './hostDisk.ts';
import { userCacheFolder, userTemporaryFolder } from './userFolder.ts';

/** How long a file that was used is kept whatever its age, milliseconds. */
const inUseMs = 10 * 60_000;

/** How long a file that is written aside may stay as it is before it counts as left behind, milliseconds. */
const abandonedMs = 60 * 60_000;

/** Bytes that the caches of all ponds of a user may take together. */
const userBytesMax = 8 * 1024 ** 3;

/** How much of the bound is left after it was passed. */
const keptShare = 0.8;

/** A file that a cache has. */
export interface CachedFile {
  readonly hostPath: string;
  readonly sizeBytes: number;
  readonly key: string;
}

/** A folder of files by key. */
export interface Cache {
  find(key: string): CachedFile | undefined;
  /** Puts a file under its key, made at the host path that `write` is given. A failure leaves nothing. */
  make(key: string, write: (target: string) => Promise<void>): Promise<CachedFile>;
  /** A small text under a key; undefined when there is none. */
  readText(key: string): string | undefined;
  /** Not flushed: a text that is lost or damaged is made again. */
  writeText(key: string, text: string): void;
}

/** What a cache is bounded by. */
export interface CacheOptions {
  readonly bytesMax: number;
  /** Milliseconds since 1970 UTC. */
  readonly now?: () => number;
}

/**
 * The cache of a pond, in a folder of the user's: nothing that is found in a pond is believed to be derived from it. A
 * pond of the same id in another place, whose contents may not be what its hashes say, shares nothing with it. Where
 * the folder cannot be written, the cache is in a temporary folder of the user.
 */
export function createPondCache({ id, directory }: { readonly id: string; readonly directory: string }): Cache {
  const cache = lazy(() => createCache(usableFolder(), { bytesMax: userBytesMax }));
  // What comes from a pond becomes the name of a host file through a hash alone.
  const own = (key: string): string =>
    createHash('sha256')
      .update(JSON.stringify([id, directory, key]))
      .digest('hex');
  return {
    find(key) {
      const found = cache().find(own(key));
      return found && { ...found, key };
    },
    make: async (key, write) => ({ ...(await cache().make(own(key), write)), key }),
    readText: (key) => cache().readText(own(key)),
    writeText: (key, text) => cache().writeText(own(key), text),
  };
}

function usableFolder(): string {
  try {
    const folder = join(userCacheFolder(), 'derived');
    const refusal = refusalOf(openHostDisk(folder));
    // A disk that is full may have room again.
    if (refusal === undefined || refusal.code === 'storage-full') return folder;
  } catch (error) {
    if (!isPondError(error)) throw error;
  }
  return join(userTemporaryFolder(), 'cache');
}

/** A cache in a host folder, which is made when something is put into it. */
export function createCache(directory: string, { bytesMax, now = Date.now }: CacheOptions): Cache {
  const disk = openHostDisk(directory);
  /** When files were used last, and how large they were when they were seen to be whole. */
  const used = new Map<string, { readonly atMs: number; readonly sizeBytes: number }>();
  let bytes: number | undefined;

  function find(key: string): CachedFile | undefined {
    const path = pathOf(key);
    const stat = disk.stat(path);
    if (stat?.kind !== 'file') return undefined;
    const { sizeBytes } = stat;
    if (used.get(path)?.sizeBytes !== sizeBytes && !isWhole(disk, path, sizeBytes)) return undefined;
    used.set(path, { atMs: now(), sizeBytes });
    return { hostPath: disk.hostPath(path)!, sizeBytes, key };
  }

  async function make(key: string, write: (target: string) => Promise<void>): Promise<CachedFile> {
    const path = pathOf(key);
    const temporary = temporaryPathIn(dirname(path));
    try {
      disk.makeDirectory(dirname(path));
      await write(disk.hostPath(temporary)!);
      flushFile(disk, temporary);
      disk.rename(temporary, path);
    } catch (error) {
      removeQuietly(disk, temporary);
      throw error;
    }
    const sizeBytes = disk.stat(path)?.sizeBytes ?? 0;
    used.set(path, { atMs: now(), sizeBytes });
    added(sizeBytes);
    return { hostPath: disk.hostPath(path)!, sizeBytes, key };
  }

  function writeText(key: string, text: string): void {
    const path = pathOf(key);
    const temporary = temporaryPathIn(dirname(path));
    try {
      disk.makeDirectory(dirname(path));
      const file = disk.create(temporary);
      try {
        file.append(new TextEncoder().encode(text));
      } finally {
        file.close();
      }
      disk.rename(temporary, path);
    } catch (error) {
      removeQuietly(disk, temporary);
      throw error;
    }
  }

  function added(sizeBytes: number): void {
    bytes = bytes === undefined ? total(disk) : bytes + sizeBytes;
    if (bytes > bytesMax) bytes = shrink(disk, bytesMax * keptShare, isInUse);
  }

  function isInUse({ path, modifiedMs }: Kept): boolean {
    if (isTemporaryName(path.slice(path.indexOf('/') + 1))) return now() - modifiedMs < abandonedMs;
    return now() - (used.get(path)?.atMs ?? 0) < inUseMs;
  }

  return {
    find,
    make,
    readText(key) {
      const path = pathOf(key);
      // Asked first: most often there is none, and to open what is not there costs far more than to ask.
      const content = disk.stat(path) && disk.readFile(path);
      return content && new TextDecoder().decode(content);
    },
    writeText,
  };
}

const pathOf = (key: string): string => `${key.slice(0, 2)}/${key}`;

/** A file without bytes is as good as none; Parquet ends as it begins. */
function isWhole(disk: Disk, path: string, sizeBytes: number): boolean {
  const mark = (start: number): string => Buffer.from(disk.readRange(path, start, start + 4) ?? []).toString('latin1');
  return sizeBytes > 0 && (mark(0) !== parquetMark || (sizeBytes >= 12 && mark(sizeBytes - 4) === parquetMark));
}

const parquetMark = 'PAR1';

interface Kept {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

function everything(disk: Disk): readonly Kept[] {
  // Other programs leave files of their own in folders that they were shown.
  const folders = disk.list('').filter((name) => /^[0-9a-f]{2}$/.test(name));
  return folders.flatMap((folder) =>
    disk.list(folder).flatMap((name) => {
      const path = `${folder}/${name}`;
      const stat = disk.stat(path);
      return stat === undefined ? [] : [{ path, sizeBytes: stat.sizeBytes, modifiedMs: stat.modifiedMs }];
    }),
  );
}

function total(disk: Disk): number {
  return everything(disk).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** Removes what was made first until no more than `bytesMax` are left. Returns how many bytes are. */
function shrink(disk: Disk, bytesMax: number, isInUse: (file: Kept) => boolean): number {
  const kept = [...everything(disk)].sort((a, b) => a.modifiedMs - b.modifiedMs);
  let left = kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  for (const file of kept) {
    if (left <= bytesMax) break;
    if (isInUse(file)) continue;
    removeQuietly(disk, file.path);
    left -= file.sizeBytes;
  }
  return left;
}
