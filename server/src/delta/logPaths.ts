/** Paths of the files of a Delta log, relative to the folder of the table. */
import { type CommitNumber } from './commitNumber.ts';

export const logDirectory = '_delta_log';

/** Names the latest checkpoint. A hint: it may be missing, old or wrong. */
export const hintFile = `${logDirectory}/_last_checkpoint`;

/** Path of a version's commit. */
export function commitFile(version: CommitNumber): string {
  return `${logDirectory}/${digits(version)}.json`;
}

/** Path of a version's checkpoint. */
export function checkpointFile(version: CommitNumber): string {
  return `${logDirectory}/${digits(version)}.checkpoint.parquet`;
}

function digits(version: CommitNumber): string {
  return String(version).padStart(20, '0');
}
