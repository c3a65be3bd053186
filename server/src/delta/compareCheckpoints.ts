import { isDeepStrictEqual } from 'node:util';
import { type CommitNumber, commitsUp, firstCommit } from './commitNumber.ts';
import { isPondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { type Add } from './actions.ts';
import { type OtherCheckpoint } from './checkpointFiles.ts';
import { listLog, readCommit, readHint } from './log.ts';
import { checkpointFile, logDirectory } from './logPaths.ts';
import { readCheckpoint, readOtherCheckpoint } from './readCheckpoint.ts';
import { applyCommit, firstSnapshot } from './tableState.ts';
import { type DeltaSnapshot } from './deltaSnapshot.ts';

/** A checkpoint that is damaged, or says other than the log. */
interface CheckpointProblem {
  /** One sentence. */
  readonly text: string;
  readonly file: string;
  /** The table of which a checkpoint is to be written; undefined where the log, not the checkpoint, may be wrong. */
  readonly table: DeltaSnapshot | undefined;
}

/**
 * Compares the checkpoints up to a version with the log that they repeat. Checkpoints whose log entries are gone cannot
 * be compared.
 */
export async function compareCheckpoints(disk: Disk, upTo: CommitNumber): Promise<readonly CheckpointProblem[]> {
  const problems: CheckpointProblem[] = [];
  const hint = readHint(disk);
  const others = listLog(disk).otherCheckpoints;
  let log: DeltaSnapshot | undefined;
  for (const version of commitsUp(firstCommit, upTo)) {
    log = next(disk, log, version);
    const file = checkpointFile(version);
    for (const other of others.filter((one) => one.version === version))
      problems.push(...(await compareOther(disk, other, log)));
    if (disk.stat(file) === undefined) continue;
    const checkpoint = await orMessage(
      readCheckpoint(disk, version, version === hint?.version ? hint.sha256 : undefined),
    );
    if (typeof checkpoint === 'string') problems.push({ text: checkpoint, file, table: log });
    else if (log === undefined) log = checkpoint;
    else {
      const wrong = difference(log, checkpoint);
      // One with the hash that it was written with is not what was altered.
      const table = version === hint?.version && hint.sha256 !== undefined ? undefined : log;
      if (wrong !== undefined) problems.push({ text: `${file} differs from the log, in ${wrong}`, file, table });
    }
  }
  return problems;
}

/** Compares a checkpoint in several parts or of version 2, which only other engines write. */
async function compareOther(
  disk: Disk,
  other: OtherCheckpoint,
  log: DeltaSnapshot | undefined,
): Promise<readonly CheckpointProblem[]> {
  const file = `${logDirectory}/${other.names[0]}`;
  const checkpoint = await orMessage(readOtherCheckpoint(disk, other));
  if (typeof checkpoint === 'string') return [{ text: checkpoint, file, table: undefined }];
  const wrong = log && difference(log, checkpoint);
  return wrong === undefined ? [] : [{ text: `${file} differs from the log, in ${wrong}`, file, table: undefined }];
}

/** The table after one more version; undefined where the log does not say. Damage in it is not this check's to report. */
function next(disk: Disk, log: DeltaSnapshot | undefined, version: CommitNumber): DeltaSnapshot | undefined {
  try {
    const commit = readCommit(disk, version);
    if (commit === undefined) return undefined;
    return version === firstCommit ? firstSnapshot(commit) : log && applyCommit(log, commit);
  } catch (error) {
    if (!isPondError(error, 'pond-damaged')) throw error;
    return undefined;
  }
}

/** Returns a checkpoint, or the message about a damaged one. */
async function orMessage(reading: Promise<DeltaSnapshot>): Promise<DeltaSnapshot | string> {
  try {
    return await reading;
  } catch (error) {
    if (!isPondError(error, 'pond-damaged')) throw error;
    return error.message;
  }
}

/** Name of the part in which a checkpoint differs from the log; undefined when it says the same. */
function difference(log: DeltaSnapshot, checkpoint: DeltaSnapshot): string | undefined {
  if (!isDeepStrictEqual(log.protocol, checkpoint.protocol)) return 'the protocol';
  if (!isDeepStrictEqual(log.metaData, checkpoint.metaData)) return 'the metadata';
  const numbers = ({ transactions }: DeltaSnapshot): ReadonlyMap<string, number> =>
    new Map([...transactions.values()].map(({ appId, version }) => [appId, version]));
  if (!isDeepStrictEqual(numbers(log), numbers(checkpoint))) return 'the latest commit';
  if (log.files.size !== checkpoint.files.size) return 'the number of files';
  for (const { path, add } of log.files.values()) {
    if (!isSameFile(add, checkpoint.files.get(path)?.add)) return path;
  }
  return undefined;
}

/** Other engines leave out tags that they do not know. */
function isSameFile(add: Add, other: Add | undefined): boolean {
  if (other === undefined || other.size !== add.size) return false;
  return other.tags === undefined || isDeepStrictEqual({ ...other.tags }, { ...add.tags });
}
