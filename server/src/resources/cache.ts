/**
 * The files of a workshop on disk: `<2 digits>/<key>` below the cache's folder.
 *
 * Invariants:
 * - A file under its key is whole: it is written aside, flushed and renamed. One that lost its end all the same, to a
 *   disk or to a person, is as good as none.
 * - The folder grows to at most `bytesMax` and what one making adds. The files made first go first, those that this
 *   process used last only when nothing else is left: a query may be about to open them.
 */
import { dirname, join } from 'node:path';
import { lazy } from '../base/lazy.ts';
import { type HostFile } from '../pond/types.ts';
import { type Disk } from '../storage/disk.ts';
import { flushFile, isTemporaryName, refusalOf, removeQuietly, temporaryPathIn } from '../storage/durable.ts';
import { openHostDisk } from '../storage/hostDisk.ts';
import { userTemporaryFolder } from '../storage/userFolder.ts';

/** How long a file that was used is kept whatever its age, milliseconds. */
const inUseMs = 10 * 60_000;

/** How long a file that is written aside may stay as it is before it counts as left behind, milliseconds. */
const abandonedMs = 60 * 60_000;

/** Bytes that the cache of one pond may take. */
const pondBytesMax = 8 * 1024 ** 3;

/** How much of the bound is left after it was passed. */
const keptShare = 0.8;

/** A folder of files by key. */
export interface Cache {
  find(key: string): HostFile | undefined;
  /** Puts a file under its key, made at the host path that `write` is given. A failure leaves nothing. */
  make(key: string, write: (target: string) => Promise<void>): Promise<HostFile>;
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

/** The cache of a pond. Where the pond's disk cannot be written it is in a temporary folder of the user. */
export function createPondCache({ id, directory }: { readonly id: string; readonly directory: string }): Cache {
  const folder = lazy(() => {
    const own = join(directory, '_pond/cache/derived');
    const refusal = refusalOf(openHostDisk(own));
    // A disk that is full may have room again.
    const isUsable = refusal === undefined || refusal.code === 'storage-full';
    return isUsable ? own : join(userTemporaryFolder(), 'cache', id);
  });
  const cache = lazy(() => createCache(folder(), { bytesMax: pondBytesMax }));
  return {
    find: (key) => cache().find(key),
    make: (key, write) => cache().make(key, write),
    readText: (key) => cache().readText(key),
    writeText: (key, text) => cache().writeText(key, text),
  };
}

/** A cache in a host folder, which is made when something is put into it. */
export function createCache(directory: string, { bytesMax, now = Date.now }: CacheOptions): Cache {
  const disk = openHostDisk(directory);
  /** When files were used last, and how large they were when they were seen to be whole. */
  const used = new Map<string, { readonly atMs: number; readonly sizeBytes: number }>();
  let bytes: number | undefined;

  function find(key: string): HostFile | undefined {
    const path = pathOf(key);
    const stat = disk.stat(path);
    if (stat?.kind !== 'file') return undefined;
    const { sizeBytes } = stat;
    if (used.get(path)?.sizeBytes !== sizeBytes && !isWhole(disk, path, sizeBytes)) return undefined;
    used.set(path, { atMs: now(), sizeBytes });
    return { hostPath: disk.hostPath(path)!, sizeBytes, key };
  }

  async function make(key: string, write: (target: string) => Promise<void>): Promise<HostFile> {
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
