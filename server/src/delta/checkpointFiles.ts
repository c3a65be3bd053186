/** Names of the files of a checkpoint, in each of the forms that the Delta protocol has. */
import { fieldsOf } from '../base/json.ts';
import { type CommitNumber, parseCommitNumber } from './commitNumber.ts';

/** Folder of the files to which a checkpoint of version 2 may leave its file actions, relative to the log. */
export const sidecarDirectory = '_sidecars';

/** A complete checkpoint in several parts, or of version 2; one of version 2 may need sidecars too. */
export interface OtherCheckpoint {
  readonly version: CommitNumber;
  /** Names in the log, in their order. */
  readonly names: readonly string[];
}

const digits = (number: number, count: number): string => String(number).padStart(count, '0');

/** Returns the names of the parts of a checkpoint. */
function partNames(version: CommitNumber, count: number): readonly string[] {
  return Array.from(
    { length: count },
    (_, part) => `${digits(version, 20)}.checkpoint.${digits(part + 1, 10)}.${digits(count, 10)}.parquet`,
  );
}

const partPattern = /^(\d{20})\.checkpoint\.(\d{10})\.(\d{10})\.parquet$/;
const version2Pattern = /^(\d{20})\.checkpoint\.[0-9a-fA-F-]{36}\.(json|parquet)$/;

/** Returns the complete checkpoints among names of the log, other than those in one file of version 1; versions ascend. */
export function otherCheckpoints(names: readonly string[]): readonly OtherCheckpoint[] {
  const present = new Set(names);
  const found: OtherCheckpoint[] = [];
  for (const name of names) {
    const version = parseCommitNumber(Number(/^\d{20}/.exec(name)?.[0]));
    if (version === undefined) continue;
    if (version2Pattern.test(name)) found.push({ version, names: [name] });
    const [, , part, count] = partPattern.exec(name) ?? [];
    // Once for each checkpoint, at its first part. More parts than there are names are not all there.
    if (Number(part) !== 1 || Number(count) > names.length) continue;
    const parts = partNames(version, Number(count));
    if (parts.every((other) => present.has(other))) found.push({ version, names: parts });
  }
  return found.sort((a, b) => a.version - b.version);
}

/** The most parts that a hint may declare: each is read when a table is opened. */
const partsMax = 10_000;

/**
 * Returns the names of the files of the checkpoint that a hint declares; undefined for one in a single file of version 1,
 * and for a malformed one.
 */
export function hintedNames(
  version: CommitNumber,
  { parts, v2Checkpoint }: Readonly<Record<string, unknown>>,
): readonly string[] | undefined {
  if (typeof parts === 'number' && Number.isInteger(parts) && parts > 0 && parts <= partsMax) {
    return partNames(version, parts);
  }
  const { path } = fieldsOf(v2Checkpoint);
  if (typeof path !== 'string' || !version2Pattern.test(path) || !path.startsWith(digits(version, 20)))
    return undefined;
  return [path];
}
