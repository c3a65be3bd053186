import {
  type CommitNumber,
  type CommitRange,
  commitNumber,
  commitsDown,
  commitsUp,
  firstCommit,
  nextCommit,
} from './commitNumber.ts';
import { isPondError, PondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { readCheckpoint, readOtherCheckpoint } from './readCheckpoint.ts';
import { latestOf, latestVersion, listLog, readCommit, readHint } from './log.ts';
import { checkpointFile, commitFile, logDirectory } from './logPaths.ts';
import { applyCommit, firstSnapshot } from './tableState.ts';
import { type DeltaSnapshot } from './deltaSnapshot.ts';

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
  let replayed = replay(disk, await nearestCheckpoint(disk, version, unusable), version);
  if (replayed.missing !== undefined) {
    const other = await listedCheckpoint(disk, { from: replayed.missing, to: version }, unusable);
    if (other !== undefined) replayed = replay(disk, other, version);
  }
  if (replayed.missing === undefined) return { ...replayed.snapshot, unusableCheckpoints: unusable };
  throw missingCommit(disk, { missing: replayed.missing, wanted: version, unusable });
}

/** Returns the snapshot of a version as its commits alone say; undefined when some are missing or damaged. */
export function snapshotFromCommits(disk: Disk, version: CommitNumber): DeltaSnapshot | undefined {
  try {
    const replayed = replay(disk, undefined, version);
    return replayed.missing === undefined ? replayed.snapshot : undefined;
  } catch (error) {
    if (!isPondError(error)) throw error;
    return undefined;
  }
}

type Replayed =
  | { readonly missing: undefined; readonly snapshot: DeltaSnapshot }
  | { /** First commit that is missing. */ readonly missing: CommitNumber };

/** Applies the commits up to a version to a snapshot, or to an empty table. */
function replay(disk: Disk, start: DeltaSnapshot | undefined, version: CommitNumber): Replayed {
  let snapshot = start;
  for (const next of commitsUp(snapshot ? nextCommit(snapshot.version) : firstCommit, version)) {
    const commit = readCommit(disk, next);
    if (!commit) return { missing: next };
    snapshot = snapshot ? applyCommit(snapshot, commit) : firstSnapshot(commit);
  }
  return snapshot ? { missing: undefined, snapshot } : { missing: firstCommit };
}

/**
 * Returns the latest readable checkpoint between two versions, both inclusive, in several parts or of version 2: their
 * names cannot be guessed, so the log is listed. Names of unreadable ones are added to `unusable`.
 */
async function listedCheckpoint(
  disk: Disk,
  { from, to }: CommitRange,
  unusable: string[],
): Promise<DeltaSnapshot | undefined> {
  const { otherCheckpoints } = listLog(disk);
  for (const checkpoint of otherCheckpoints.filter(({ version }) => from <= version && version <= to).reverse()) {
    const snapshot = await usable(
      `${logDirectory}/${checkpoint.names[0]}`,
      () => readOtherCheckpoint(disk, checkpoint),
      unusable,
    );
    if (snapshot !== undefined) return snapshot;
  }
  return undefined;
}

/** Returns a checkpoint; undefined for a damaged one, whose path is added to `unusable`. */
async function usable(
  path: string,
  read: () => Promise<DeltaSnapshot>,
  unusable: string[],
): Promise<DeltaSnapshot | undefined> {
  try {
    return await read();
  } catch (error) {
    // A checkpoint repeats the commits, so a bad one only costs time while those exist.
    if (!isPondError(error, 'pond-damaged')) throw error;
    if (!unusable.includes(path)) unusable.push(path);
    return undefined;
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
  if (hint?.names !== undefined && hint.version <= version) {
    const { version: at, names } = hint;
    const path = `${logDirectory}/${names[0]}`;
    const snapshot = await usable(path, () => readOtherCheckpoint(disk, { version: at, names }), unusable);
    if (snapshot !== undefined) return snapshot;
  }
  // The hint saves the probes; they follow when it names none, or an unusable one.
  for (const at of candidates(disk, version, hint?.version)) {
    if (!disk.stat(checkpointFile(at)) || unusable.includes(checkpointFile(at))) continue;
    const sha256 = at === hint?.version ? hint.sha256 : undefined;
    const snapshot = await usable(checkpointFile(at), () => readCheckpoint(disk, at, sha256), unusable);
    if (snapshot !== undefined) return snapshot;
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
  const listed = listLog(disk);
  const isLater = (version: CommitNumber): boolean => version > wanted;
  const isRetired =
    missing === 0 &&
    unusable.length === 0 &&
    (listed.checkpoints.some(isLater) || listed.otherCheckpoints.some(({ version }) => isLater(version)));
  const isBeyond = missing > (latestOf(listed) ?? -1);
  if (isRetired || isBeyond) {
    return new PondError('version-not-found', `the log has no version ${wanted} ${isBeyond ? 'yet' : 'any more'}`);
  }
  const complete = new Set(listed.otherCheckpoints.flatMap(({ names }) => names));
  const incomplete = listed.others.filter(
    (name) => /^\d{20}\.checkpoint\..*\.(parquet|json)$/.test(name) && !complete.has(name),
  );
  const cannotBeRead = [...unusable, ...incomplete.sort().slice(-1)];
  const also = cannotBeRead.length === 0 ? '' : `, and ${cannotBeRead.join(', ')} cannot be read`;
  const message = `commit ${missing} is missing before version ${wanted}${also}`;
  return new PondError('pond-damaged', message, { path: commitFile(missing) });
}
