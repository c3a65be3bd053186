/**
 * The files of a workshop on disk: `<2 digits>/<key>` below the cache's folder.
 *
 * Invariants:
 * - A file under its key is whole: it is written aside, flushed and renamed.
 * - The folder grows to at most `bytesMax` and what one making adds. The files made first go first, those that this process
 *   used last only when nothing else is left: a query may be about to open them.
 */
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isPondError } from '../base/error.ts';
import { lazy } from '../base/lazy.ts';
import { type HostFile } from '../pond/types.ts';
import { type Disk } from '../storage/disk.ts';
import { isTemporaryName, removeQuietly, temporaryPathIn } from '../storage/durable.ts';
import { openHostDisk } from '../storage/hostDisk.ts';

/** How long a file that was used is kept whatever its age, milliseconds. */
const inUseMs = 10 * 60_000;

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

/** The cache of a pond. Where the pond's disk cannot be written it is in the system's folder for temporary files. */
export function createPondCache({ id, directory }: { readonly id: string; readonly directory: string }): Cache {
  const folder = lazy(() => {
    const own = join(directory, '_pond/cache/derived');
    try {
      openHostDisk(own).makeDirectory('');
      return own;
    } catch (error) {
      if (!isPondError(error)) throw error;
      return join(tmpdir(), 'duckpond-cache', id);
    }
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
  const used = new Map<string, number>();
  let bytes: number | undefined;

  function find(key: string): HostFile | undefined {
    const path = pathOf(key);
    const stat = disk.stat(path);
    if (stat?.kind !== 'file') return undefined;
    used.set(path, now());
    return { hostPath: disk.hostPath(path)!, sizeBytes: stat.sizeBytes, key };
  }

  async function make(key: string, write: (target: string) => Promise<void>): Promise<HostFile> {
    const path = pathOf(key);
    await place(path, async (temporary) => {
      await write(disk.hostPath(temporary)!);
      flush(disk, temporary);
    });
    return find(key)!;
  }

  async function place(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
    disk.makeDirectory(dirname(path));
    const temporary = temporaryPathIn(dirname(path));
    try {
      await write(temporary);
      disk.rename(temporary, path);
    } catch (error) {
      removeQuietly(disk, temporary);
      throw error;
    }
    used.set(path, now());
    added(disk.stat(path)?.sizeBytes ?? 0);
  }

  function added(sizeBytes: number): void {
    bytes = bytes === undefined ? total(disk) : bytes + sizeBytes;
    if (bytes > bytesMax) bytes = shrink(disk, bytesMax * keptShare, (path) => now() - (used.get(path) ?? 0) < inUseMs);
  }

  return {
    find,
    make,
    readText(key) {
      const path = pathOf(key);
      const content = disk.readFile(path);
      return content && new TextDecoder().decode(content);
    },
    writeText(key, text) {
      const path = pathOf(key);
      disk.makeDirectory(dirname(path));
      const temporary = temporaryPathIn(dirname(path));
      const file = disk.create(temporary);
      try {
        file.append(new TextEncoder().encode(text));
      } finally {
        file.close();
      }
      disk.rename(temporary, path);
    },
  };
}

const pathOf = (key: string): string => `${key.slice(0, 2)}/${key}`;

function flush(disk: Disk, path: string): void {
  const file = disk.openAppend(path);
  try {
    file.sync();
  } finally {
    file.close();
  }
}

interface Kept {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

function everything(disk: Disk): readonly Kept[] {
  return disk.list('').flatMap((folder) =>
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
function shrink(disk: Disk, bytesMax: number, isInUse: (path: string) => boolean): number {
  const kept = [...everything(disk)].sort((a, b) => a.modifiedMs - b.modifiedMs);
  let left = kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  for (const { path, sizeBytes } of kept) {
    if (left <= bytesMax) break;
    if (isInUse(path) || isTemporaryName(path.slice(path.indexOf('/') + 1))) continue;
    removeQuietly(disk, path);
    left -= sizeBytes;
  }
  return left;
}
