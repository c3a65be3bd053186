/**
 * Room for working on a pond whose disk is full: a file that is removed when taking the lock, setting damaged bytes
 * aside or removing staged content fails for want of room. Without it, nothing on a full disk could be removed.
 */
import { randomBytes } from 'node:crypto';
import { isPondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { replaceUnflushed } from '../storage/durable.ts';

const reservePath = '_pond/reserve';
const reserveBytes = 64 * 1024;

/** Creates the reserve if it is missing. A disk that is full or fails stays without it. */
export function keepReserve(disk: Disk): void {
  try {
    if (disk.stat(reservePath) !== undefined) return;
    // Not zeros: some file systems give those no room.
    replaceUnflushed(disk, reservePath, randomBytes(reserveBytes));
  } catch (error) {
    if (!isPondError(error)) throw error;
  }
}

/** Removes the reserve; false if it is missing or cannot be removed. */
export function spendReserve(disk: Disk): boolean {
  try {
    if (disk.stat(reservePath) === undefined) return false;
    disk.remove(reservePath);
    return true;
  } catch (error) {
    if (!isPondError(error)) throw error;
    return false;
  }
}

/** Runs `work`, and once more with the room of the reserve when it fails `storage-full`. */
export function withReserve<T>(disk: Disk, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!isPondError(error, 'storage-full') || !spendReserve(disk)) throw error;
    return work();
  }
}
