import { fieldsOf, parseJson } from '../base/json.ts';
import { type CommitNumber, commitNumber, nextCommit, parseCommitNumber } from './commitNumber.ts';
import { type Disk, fewValuesBytesMax } from '../storage/disk.ts';
import { type DeltaCommit } from './actions.ts';
import { hintedNames, type OtherCheckpoint, otherCheckpoints } from './checkpointFiles.ts';
import { checkpointFile, commitFile, hintFile, logDirectory } from './logPaths.ts';
import { parseCommit } from './parse.ts';

/** Content of the log directory; versions ascend. */
interface LogListing {
  readonly commits: readonly CommitNumber[];
  /** Classic checkpoints, in one file. */
  readonly checkpoints: readonly CommitNumber[];
  /** Complete checkpoints in other forms. */
  readonly otherCheckpoints: readonly OtherCheckpoint[];
  /** All names but those of commits and classic checkpoints. */
  readonly others: readonly string[];
}

/** Lists the log directory. The cost grows with the number of names: use it only where nothing cheaper works. */
export function listLog(disk: Disk): LogListing {
  const commits: CommitNumber[] = [];
  const checkpoints: CommitNumber[] = [];
  const others: string[] = [];
  for (const name of disk.list(logDirectory)) {
    const match = /^(\d{20})\.(json|checkpoint\.parquet)$/.exec(name);
    const version = parseCommitNumber(Number(match?.[1]));
    if (version === undefined) others.push(name);
    else (match?.[2] === 'json' ? commits : checkpoints).push(version);
  }
  return {
    commits: commits.sort(ascending),
    checkpoints: checkpoints.sort(ascending),
    otherCheckpoints: otherCheckpoints(others),
    others,
  };
}

/**
 * Returns the latest version in the log, or undefined when there is no table. `atLeast` is a version known to be
 * committed, from which the search starts; without it the search starts at the last checkpoint, or else lists the
 * directory. The result is below `atLeast` when that version has been lost.
 */
export function latestVersion(disk: Disk, atLeast?: CommitNumber): CommitNumber | undefined {
  const known = present(disk, atLeast) ?? present(disk, readHint(disk)?.version);
  if (known === undefined) return latestListed(disk);
  let version = known;
  while (disk.stat(commitFile(nextCommit(version)))) version = nextCommit(version);
  // A commit missing in the middle would pass for the end of the log: probe past it, at doubling distances.
  for (let ahead = 2; ahead <= 64; ahead *= 2) {
    if (disk.stat(commitFile(commitNumber(version + ahead)))) return latestListed(disk);
  }
  return version;
}

/** Returns the content of a commit, or undefined when it is missing. Fails like parseCommit. */
export function readCommit(disk: Disk, version: CommitNumber): DeltaCommit | undefined {
  const file = commitFile(version);
  const bytes = disk.readFile(file);
  return bytes && parseCommit(bytes, version, file);
}

/** Content of `_last_checkpoint`. */
interface CheckpointHint {
  readonly version: CommitNumber;
  /** Names of the files of a checkpoint in several parts or of version 2; undefined for a classic one. */
  readonly names: readonly string[] | undefined;
  /** SHA-256 of the checkpoint file when this program wrote it; lower-case hex. */
  readonly sha256: string | undefined;
}

/** The tag with the SHA-256 of a file, lower-case hex: of a checkpoint in the hint, of a data file in its action. */
export const sha256Tag = 'duckpond.sha256';

/** Returns the content of the hint, or undefined when it is missing or unreadable. */
export function readHint(disk: Pick<Disk, 'readFile'>): CheckpointHint | undefined {
  const bytes = disk.readFile(hintFile, fewValuesBytesMax);
  if (!bytes) return undefined;
  const hint = fieldsOf(parseJson(bytes));
  const version = parseCommitNumber(hint['version']);
  if (version === undefined) return undefined;
  const hash = fieldsOf(hint['tags'])[sha256Tag];
  return { version, names: hintedNames(version, hint), sha256: typeof hash === 'string' ? hash : undefined };
}

/** Returns the version if the log has it. */
function present(disk: Disk, version: CommitNumber | undefined): CommitNumber | undefined {
  if (version === undefined) return undefined;
  return disk.stat(commitFile(version)) || disk.stat(checkpointFile(version)) ? version : undefined;
}

function latestListed(disk: Disk): CommitNumber | undefined {
  return latestOf(listLog(disk));
}

/** Returns the latest version of which a log has a commit or a checkpoint; undefined for an empty log. */
export function latestOf({ commits, checkpoints, otherCheckpoints }: LogListing): CommitNumber | undefined {
  const last = [commits.at(-1), checkpoints.at(-1), otherCheckpoints.at(-1)?.version];
  return parseCommitNumber(Math.max(...last.map((version) => version ?? -1)));
}

function ascending(a: CommitNumber, b: CommitNumber): number {
  return a - b;
}
