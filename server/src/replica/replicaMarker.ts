/** The mark of a pond that was cloned: a replica, whose Backups do not run until it is adopted. */
import { fieldsOf, parseJson } from '../base/json.ts';
import { PondError } from '../base/error.ts';
import { type ReadableDisk } from '../pond/storedFiles.ts';

/** Path of the mark in the pond's folder: `{"of": UUID of the pond, "url": its source, "at": version or null}`. */
const replicaFile = '_pond/replica.json';

/** Fails `not-allowed` for a pond that was cloned and not adopted: the original may still be backed up. */
export function requireOriginal(disk: ReadableDisk, backup: string): void {
  const bytes = disk.readFile(replicaFile);
  if (bytes === undefined) return;
  const { url } = fieldsOf(parseJson(bytes));
  const from = typeof url === 'string' ? ` of ${url}` : '';
  throw new PondError('not-allowed', `this pond is a clone${from}, and does not write to its backups`, {
    hint: `If the original is not used any more, 'pond backup adopt ${backup}' makes this pond take its place.`,
  });
}
