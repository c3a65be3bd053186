/**
 * Files by key on disk: `<2 digits>/<key>` in the cache's folder.
 *
 * Invariants:
 * - A file under its key is whole: it is written to a temporary file, flushed and renamed. A file truncated later, by a
 *   disk or a person, is treated as missing.
 * - The folder grows to at most `bytesMax` plus one new file. The oldest files are evicted first; files that this
 *   process used recently go only when nothing else is left: a query may be about to open them.
 */
import { dirname, join } from 'node:path';
import { sha256Of } from '../base/sha256.ts';
import { isPondError } from '../base/error.ts';
import { lazy } from '../base/lazy.ts';
import { type Disk, type OpenDisk } from './disk.ts';
import { flushFile, isTemporaryName, refusalOf, removeQuietly, replaceUnflushed, temporaryPathIn } from './durable.ts';
import { userCacheFolder, userTemporaryFolder } from './userFolder.ts';

/** A used file is protected from eviction for this long, milliseconds. */
const inUseMs = 10 * 60_000;

/** A temporary file unchanged for this long counts as abandoned, milliseconds. */
const abandonedMs = 60 * 60_000;

/** Bytes that the caches of all ponds of a user may take in total. */
const userBytesMax = 8 * 1024 ** 3;

/** Share of the bound that remains after an eviction. */
const keptShare = 0.8;

/** A file in a cache. */
interface CachedFile {
  readonly hostPath: string;
  readonly sizeBytes: number;
  readonly key: string;
}

/** A folder of files by key. */
export interface Cache {
  find(key: string): CachedFile | undefined;
  /** Stores a file under its key; `write` creates it at the given host path. A failure leaves nothing. */
  make(key: string, write: (target: string) => Promise<void>): Promise<CachedFile>;
  /** Stores bytes under a key, not flushed: for content that is verified when it is read. */
  keep(key: string, bytes: Uint8Array): CachedFile;
  /** Returns the short text under a key; undefined when there is none. */
  readText(key: string): string | undefined;
  /** Not flushed: a lost or damaged text is computed again. */
  writeText(key: string, text: string): void;
}

/** Limits of a cache. */
interface CacheOptions {
  readonly bytesMax: number;
  /** Milliseconds since 1970 UTC. */
  readonly now?: () => number;
}

/**
 * Returns the cache of a pond, in a folder of the user: files found in a pond are not trusted as derived from it. A
 * pond of the same id in another directory, whose contents may not match its hashes, shares nothing with it.
 */
export function createPondCache(
  { id, directory }: { readonly id: string; readonly directory: string },
  openDisk: OpenDisk,
): Cache {
  const cache = lazy(() => createUserCache(openDisk));
  // Data from a pond becomes part of a host file name only as a hash.
  const own = (key: string): string => sha256Of(JSON.stringify([id, directory, key]));
  return {
    find(key) {
      const found = cache().find(own(key));
      return found && { ...found, key };
    },
    make: async (key, write) => ({ ...(await cache().make(own(key), write)), key }),
    keep: (key, bytes) => ({ ...cache().keep(own(key), bytes), key }),
    readText: (key) => cache().readText(own(key)),
    writeText: (key, text) => cache().writeText(own(key), text),
  };
}

/**
 * Returns the cache of a user, for what depends on content alone. Where its folder cannot be written, it is in a
 * temporary folder of the user.
 */
export function createUserCache(openDisk: OpenDisk): Cache {
  return createCache(usableDisk(openDisk), { bytesMax: userBytesMax });
}

function usableDisk(openDisk: OpenDisk): Disk {
  try {
    const disk = openDisk(join(userCacheFolder(), 'derived'));
    const refusal = refusalOf(disk);
    // A full disk may have room again.
    if (refusal === undefined || refusal.code === 'storage-full') return disk;
  } catch (error) {
    if (!isPondError(error)) throw error;
  }
  return openDisk(join(userTemporaryFolder(), 'cache'));
}

/** Returns a cache in the root folder of a disk of the host, which is created on the first write. */
export function createCache(disk: Disk, { bytesMax, now = Date.now }: CacheOptions): Cache {
  /** Time of last use and size when verified whole, per file. */
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
    return kept(key, disk.stat(path)?.sizeBytes ?? 0);
  }

  function keep(key: string, bytes: Uint8Array): CachedFile {
    replaceUnflushed(disk, pathOf(key), bytes);
    return kept(key, bytes.length);
  }

  function kept(key: string, sizeBytes: number): CachedFile {
    const path = pathOf(key);
    used.set(path, { atMs: now(), sizeBytes });
    added(sizeBytes);
    return { hostPath: disk.hostPath(path)!, sizeBytes, key };
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
    keep,
    readText(key) {
      const path = pathOf(key);
      // Checks first: most often the file is missing, and opening a missing file costs far more than a stat.
      const content = disk.stat(path) && disk.readFile(path);
      return content && new TextDecoder().decode(content);
    },
    writeText: (key, text) => replaceUnflushed(disk, pathOf(key), new TextEncoder().encode(text)),
  };
}

const pathOf = (key: string): string => `${key.slice(0, 2)}/${key}`;

/** A file without bytes is treated as missing; Parquet ends with its first bytes. */
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
  // Other programs may leave files of their own in a folder.
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

/** Removes the oldest files until at most `bytesMax` bytes are left. Returns the bytes left. */
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
