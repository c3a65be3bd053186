import { type CommitNumber, commitNumber, commitsDown, commitsUp, firstCommit, nextCommit } from './commitNumber.ts';
import { isPondError, PondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { readCheckpoint } from './readCheckpoint.ts';
import { checkpointFile, commitFile, latestVersion, listLog, readCommit, readHint } from './log.ts';
import { applyCommit, firstSnapshot, type DeltaSnapshot } from './tableState.ts';

export { applyCommit, type DeltaSnapshot } from './tableState.ts';

/**
 * Returns the latest snapshot, or undefined when there is no Delta table at the disk's root. `atLeast` is a version
 * known to be committed. Fails with `pond-damaged` when a commit is damaged or missing, or `atLeast` no longer exists;
 * with `pond-too-new` when the table needs a newer reader.
 */
export async function openTable(disk: Disk, atLeast?: CommitNumber): Promise<DeltaSnapshot | undefined> {
  const version = latestVersion(disk, atLeast);
  if (atLeast !== undefined && (version ?? -1) < atLeast) {
    throw new PondError('pond-damaged', `commit ${atLeast} is gone; the log ends with ${version ?? 'nothing'}`, {
      path: commitFile(atLeast),
    });
  }
  return version === undefined ? undefined : snapshotAt(disk, version);
}

/**
 * Returns the snapshot of a version: the checkpoint before it, and the commits since then. Fails with
 * `version-not-found` when the log does not have the version, no longer or not yet; otherwise like openTable.
 */
export async function snapshotAt(disk: Disk, version: CommitNumber): Promise<DeltaSnapshot> {
  const unusable: string[] = [];
  let snapshot = await nearestCheckpoint(disk, version, unusable);
  for (const next of commitsUp(snapshot ? nextCommit(snapshot.version) : firstCommit, version)) {
    const commit = readCommit(disk, next);
    if (!commit) throw missingCommit(disk, { missing: next, wanted: version, unusable });
    snapshot = snapshot ? applyCommit(snapshot, commit) : firstSnapshot(commit);
  }
  if (!snapshot) throw missingCommit(disk, { missing: firstCommit, wanted: version, unusable });
  return { ...snapshot, unusableCheckpoints: unusable };
}

/**
 * Returns the snapshot with all later commits; the same object when there are none. Reads only those commits. Fails
 * like openTable.
 */
export function refreshTable(disk: Disk, snapshot: DeltaSnapshot): DeltaSnapshot {
  let latest = snapshot;
  for (;;) {
    const commit = readCommit(disk, nextCommit(latest.version));
    if (!commit) return latest;
    latest = applyCommit(latest, commit);
  }
}

/**
 * Searches downward for a readable checkpoint: one probe for each commit to replay above it, and no listing, whose cost
 * grows with the age of the table. Names of unreadable ones are added to `unusable`.
 */
async function nearestCheckpoint(
  disk: Disk,
  version: CommitNumber,
  unusable: string[],
): Promise<DeltaSnapshot | undefined> {
  const hint = readHint(disk);
  // The hint saves the probes; they follow when it names none, or an unusable one.
  for (const at of candidates(disk, version, hint?.version)) {
    if (!disk.stat(checkpointFile(at)) || unusable.includes(checkpointFile(at))) continue;
    try {
      return await readCheckpoint(disk, at, at === hint?.version ? hint.sha256 : undefined);
    } catch (error) {
      // A checkpoint repeats the commits, so a bad one only costs time while those exist.
      if (!isPondError(error, 'pond-damaged')) throw error;
      unusable.push(checkpointFile(at));
    }
  }
  return undefined;
}

/** Probes before a listing is cheaper: more commits than between two checkpoints of a large table. */
const probesMax = 10_000;

function* candidates(disk: Disk, version: CommitNumber, hinted: CommitNumber | undefined): Generator<CommitNumber> {
  if (hinted !== undefined && hinted <= version) yield hinted;
  const lowest = commitNumber(Math.max(0, version - probesMax));
  yield* commitsDown(version, lowest);
  // A name in the log may contain any number, so the versions below it are not probed one by one.
  if (lowest > 0)
    yield* listLog(disk)
      .checkpoints.filter((at) => at < lowest)
      .reverse();
}

interface Missing {
  readonly missing: CommitNumber;
  readonly wanted: CommitNumber;
  readonly unusable: readonly string[];
}

function missingCommit(disk: Disk, { missing, wanted, unusable }: Missing): PondError {
  const { commits, checkpoints, others } = listLog(disk);
  // Checkpoints in several files, and those of version 2 of their format.
  const unread = others.filter((name) => /^\d{20}\.checkpoint\..*\.(parquet|json)$/.test(name)).sort();
  const isRetired = missing === 0 && unusable.length === 0 && checkpoints.some((checkpoint) => checkpoint > wanted);
  const isBeyond = missing > Math.max(commits.at(-1) ?? -1, checkpoints.at(-1) ?? -1);
  if (isRetired || isBeyond) {
    return new PondError('version-not-found', `the log has no version ${wanted} ${isBeyond ? 'yet' : 'any more'}`);
  }
  const cannotBeRead = [...unusable, ...unread.slice(-1)];
  const also = cannotBeRead.length === 0 ? '' : `, and ${cannotBeRead.join(', ')} cannot be read`;
  const message = `commit ${missing} is missing before version ${wanted}${also}`;
  return new PondError('pond-damaged', message, { path: commitFile(missing) });
}
