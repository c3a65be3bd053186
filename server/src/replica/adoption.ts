/** Backups of a pond that was cloned do not run until it is adopted: the original may still be backed up. */
import { PondError } from '../base/error.ts';
import { readReplica } from '../pond/replica.ts';
import { type ReadableDisk } from '../pond/storedFiles.ts';

/** Fails `not-allowed` for a pond that was cloned and not adopted. */
export function requireOriginal(disk: ReadableDisk, backup: string): void {
  const replica = readReplica(disk);
  if (replica === undefined) return;
  throw new PondError('not-allowed', `this pond is a clone of ${replica.url}, and does not write to its backups`, {
    hint: `If the original is not used any more, 'pond backup adopt ${backup}' makes this pond take its place.`,
  });
}
