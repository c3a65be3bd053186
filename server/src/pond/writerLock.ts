/** Taking and releasing the lock of a pond whose history is not opened yet. */
import { isPondError, PondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { makeDirectoryDurable } from '../storage/durable.ts';
import { acquireLock, type Lock } from './lock.ts';

/** Takes the lock. On read-only media that fails over a temporary file, which means nothing to the caller. */
export function lockForWriting(disk: Disk, directory: string): Lock {
  try {
    // A pond copied without its working files still has its history.
    makeDirectoryDurable(disk, '_pond');
    return acquireLock(disk);
  } catch (cause) {
    if (!isPondError(cause, 'storage-denied')) throw cause;
    const hint = 'It can be read as it is. To change it, make its folder writable, or copy it to a place that is.';
    throw new PondError('storage-denied', `the pond at ${directory} cannot be written`, {
      path: directory,
      hint,
      cause,
    });
  }
}

/** Releases a lock of a pond that was not opened; the caller must receive its own failure, not one of the release. */
export function releaseAfter(lock: Lock): void {
  try {
    lock.release(lock.previous.journal);
  } catch (error) {
    if (!isPondError(error)) throw error;
  }
}
