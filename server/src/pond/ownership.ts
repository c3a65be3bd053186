/** Checks that a process that writes a pond still owns it. */
import { PondError } from '../base/error.ts';
import { logDirectory } from '../delta/logPaths.ts';
import { type Disk } from '../storage/disk.ts';
import { journalPath } from './workPaths.ts';
import { type Lock } from './lock.ts';

/**
 * This process no longer owns the pond that it opened for writing: the pond's folder or journal is gone or was
 * replaced, or the lock was lost. Nothing written from now on would be kept, so the pond refuses changes until it is
 * opened again.
 */
export class OwnershipLostError extends PondError {}

/** Fails OwnershipLostError with `pond-not-found` when the folder of an open pond is gone. */
export function requireFolder(disk: Disk): void {
  if (disk.stat(logDirectory) !== undefined) return;
  const folder = disk.hostPath('') ?? '';
  throw new OwnershipLostError('pond-not-found', `the pond at ${folder} was removed or moved while it was open`, {
    path: folder,
    hint: 'Bring the folder back, or open the pond where it is now.',
  });
}

/**
 * Fails OwnershipLostError unless `journal` is still the pond's journal and `lock` is still held: `pond-not-found` when
 * the pond's folder is gone, `journal-damaged` when the journal is, `lock-held` when the lock is lost.
 */
export function requireOwnership(disk: Disk, journal: { isInPlace(): boolean }, lock: Lock): void {
  const isInPlace = journal.isInPlace();
  if (isInPlace && lock.isHeld()) return;
  requireFolder(disk);
  const isReplaced = !isInPlace && (lock.isHeld() || disk.stat(journalPath) === undefined);
  if (isReplaced) {
    throw new OwnershipLostError('journal-damaged', 'the journal was removed or replaced while the pond was open', {
      path: journalPath,
      hint: 'Bring back _pond/journal to keep what was staged; without it, the pond opens without what was staged. Then write again.',
    });
  }
  throw new OwnershipLostError('lock-held', 'the writer lock was removed, or another process took it over', {
    path: '_pond',
    hint: 'Look at what is staged, then write again.',
  });
}
