/** Files of the writer lock: one for each generation, `_pond/lock.<generation>`. */
import { type Disk, fewValuesBytesMax } from '../storage/disk.ts';
import { removeQuietly, replaceFile } from '../storage/durable.ts';
import { freeText, type JournalEnd, type LockFile, parseLock } from './lockFile.ts';

/** Directory of the lock. */
export const lockDirectory = '_pond';
/** Generations of up to 15 digits, which can be incremented exactly. */
const namePattern = /^lock\.(\d{1,15})$/;

/** Path of the file of a generation. */
export const lockPath = (generation: number): string => `${lockDirectory}/lock.${generation}`;

/** Returns the highest generation of the lock; undefined when there has been none. */
export function highestGeneration(disk: Disk): number | undefined {
  const generations = lockGenerations(disk);
  return generations.length === 0 ? undefined : Math.max(...generations);
}

function lockGenerations(disk: Disk): number[] {
  return disk.list(lockDirectory).flatMap((name) => {
    const match = namePattern.exec(name);
    return match === null ? [] : [Number(match[1])];
  });
}

/** Parses the file of a lock; a missing one is free. */
export function lockAt(disk: Disk, path: string): LockFile {
  return parseLock(Buffer.from(disk.readFile(path, fewValuesBytesMax) ?? []).toString('utf8'));
}

/** True for the file of the lock with an id. */
export function isOwn(disk: Disk, path: string, id: string): boolean {
  const lock = lockAt(disk, path);
  return lock.kind === 'held' && lock.holder.id === id;
}

/** Changes the time of a lock file, and leaves its content as it is. */
export function touch(disk: Disk, path: string): void {
  const file = disk.openAppend(path);
  try {
    const { sizeBytes } = file;
    file.append(Buffer.from('\n'));
    file.truncate(sizeBytes);
  } finally {
    file.close();
  }
}

/** Marks a lock as free, and leaves word of where the journal ends. */
export function free(disk: Disk, path: string, journal: JournalEnd | undefined): void {
  try {
    replaceFile(disk, path, Buffer.from(freeText(journal)));
  } catch {
    // An empty lock is free too, and truncating a file needs no space on a full disk.
    const file = disk.openAppend(path);
    try {
      file.truncate(0);
    } finally {
      file.close();
    }
  }
}

/** Removes older generations, which have no effect any more. */
export function removeBelow(disk: Disk, generation: number): void {
  for (const older of lockGenerations(disk)) {
    if (older < generation) removeQuietly(disk, lockPath(older));
  }
}
