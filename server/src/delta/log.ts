import { type Disk } from '../storage/disk.ts';
import { type DeltaCommit } from './actions.ts';
import { parseCommit } from './parse.ts';

export const logDirectory = '_delta_log';

/** Names the latest checkpoint. A hint: it may be missing, old or wrong. */
export const hintFile = `${logDirectory}/_last_checkpoint`;

/** Path of a version's commit. */
export function commitFile(version: number): string {
  return `${logDirectory}/${digits(version)}.json`;
}

/** Path of a version's checkpoint. */
export function checkpointFile(version: number): string {
  return `${logDirectory}/${digits(version)}.checkpoint.parquet`;
}

/** Content of the log directory; versions ascend. */
export interface LogListing {
  readonly commits: readonly number[];
  /** Classic checkpoints in one file; other kinds are among `others`. */
  readonly checkpoints: readonly number[];
  /** All other names. */
  readonly others: readonly string[];
}

/** Lists the log directory. The cost grows with the number of names: use it only where nothing cheaper works. */
export function listLog(disk: Disk): LogListing {
  const commits: number[] = [];
  const checkpoints: number[] = [];
  const others: string[] = [];
  for (const name of disk.list(logDirectory)) {
    const match = /^(\d{20})\.(json|checkpoint\.parquet)$/.exec(name);
    if (!match || !Number.isSafeInteger(Number(match[1]))) others.push(name);
    else (match[2] === 'json' ? commits : checkpoints).push(Number(match[1]));
  }
  return { commits: commits.sort(ascending), checkpoints: checkpoints.sort(ascending), others };
}

/**
 * Returns the latest version in the log, or undefined when there is no table. `atLeast` is a version known to be
 * committed, from which the search starts; without it the search starts at the last checkpoint, or else lists the
 * directory. The result is below `atLeast` when that version has been lost.
 */
export function latestVersion(disk: Disk, atLeast?: number): number | undefined {
  const known = present(disk, atLeast) ?? present(disk, readHint(disk)?.version);
  if (known === undefined) return newestListed(disk);
  let version = known;
  while (disk.stat(commitFile(version + 1))) version++;
  // A commit missing in the middle would pass for the end of the log: probe past it, at doubling distances.
  for (let ahead = 2; ahead <= 64; ahead *= 2) {
    if (disk.stat(commitFile(version + ahead))) return newestListed(disk);
  }
  return version;
}

/** Returns the content of a commit, or undefined when it is missing. Fails like parseCommit. */
export function readCommit(disk: Disk, version: number): DeltaCommit | undefined {
  const file = commitFile(version);
  const bytes = disk.readFile(file);
  return bytes && parseCommit(bytes, version, file);
}

/** Content of `_last_checkpoint`. */
export interface CheckpointHint {
  readonly version: number;
  /** True when the hint declares a checkpoint in several files, which are not read here. */
  readonly inParts: boolean;
  /** SHA-256 of the checkpoint file when this program wrote it; lower-case hex. */
  readonly sha256: string | undefined;
}

/** The tag of the hint that holds the hash. Other engines ignore unknown tags. */
export const checkpointHashTag = 'duckpond.sha256';

/** Returns the content of the hint, or undefined when it is missing or unreadable. */
export function readHint(disk: Disk): CheckpointHint | undefined {
  const bytes = disk.readFile(hintFile);
  if (!bytes) return undefined;
  try {
    const hint: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof hint !== 'object' || hint === null || !('version' in hint)) return undefined;
    const { version } = hint;
    if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 0) return undefined;
    const tags: unknown = 'tags' in hint ? hint.tags : undefined;
    return { version, inParts: 'parts' in hint && hint.parts !== null, sha256: hashIn(tags) };
  } catch {
    return undefined;
  }
}

function hashIn(tags: unknown): string | undefined {
  const hash = (tags as Readonly<Record<string, unknown>> | null | undefined)?.[checkpointHashTag];
  return typeof hash === 'string' ? hash : undefined;
}

/** Returns the version if the log has it. */
function present(disk: Disk, version: number | undefined): number | undefined {
  if (version === undefined) return undefined;
  return disk.stat(commitFile(version)) || disk.stat(checkpointFile(version)) ? version : undefined;
}

function newestListed(disk: Disk): number | undefined {
  const { commits, checkpoints } = listLog(disk);
  const newest = Math.max(commits.at(-1) ?? -1, checkpoints.at(-1) ?? -1);
  return newest < 0 ? undefined : newest;
}

function digits(version: number): string {
  return String(version).padStart(20, '0');
}

function ascending(a: number, b: number): number {
  return a - b;
}
