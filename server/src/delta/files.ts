import { fieldsOf, parseJsonText } from '../base/json.ts';
import { type CommitNumber } from './commitNumber.ts';
import { type Add } from './actions.ts';
import { decodePath } from './dataPath.ts';

/** A live data file of a snapshot. */
export interface AddFile {
  /** Percent-decoded: relative to the table root, unless isInsideTable is false. */
  readonly path: string;
  /** The action as in the log; its path is still encoded. */
  readonly add: Add;
  /** The version that added the file; undefined when it is known only from a checkpoint, which lacks the version. */
  readonly addedVersion: CommitNumber | undefined;
}

/** Returns the live file of an action. */
export function addFileOf(add: Add, addedVersion: CommitNumber | undefined): AddFile {
  return { path: decodePath(add.path), add, addedVersion };
}

/** Returns the number of rows in the file's statistics, or undefined when they are absent or malformed. */
export function numRecords(add: Add): number | undefined {
  const count = fieldsOf(parseJsonText(add.stats ?? ''))['numRecords'];
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}
