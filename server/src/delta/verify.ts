import { type CommitNumber } from './commitNumber.ts';
import { isPondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { joinPath, nameOf, parentOf } from '../storage/diskPath.ts';
import { makeDirectoryDurable } from '../storage/durable.ts';
import { type Add, type DeltaCommit } from './actions.ts';
import { decodePath, isInsideTable } from './dataPath.ts';
import { readCommit, readHint } from './log.ts';
import { checkpointFile, commitFile, hintFile } from './logPaths.ts';
import { looksLikeParquet } from './readCheckpoint.ts';

/**
 * Kinds of damage to a log or to the files that it names:
 * - `commit-missing`: a required version is missing, and no checkpoint replaces it;
 * - `commit-empty`: its file has no bytes; other engines silently read that as a commit that changed nothing;
 * - `commit-unreadable`: truncated, filled with NULs, or otherwise damaged; no engine can open the table;
 * - `data-missing`, `data-size`: a data file is missing, or its length differs from its commit; queries that read it
 *   fail;
 * - `data-outside`: another engine added a file outside the table's directory;
 * - `checkpoint-unusable`: costs us a replay; other engines cannot open the table;
 * - `hint-unusable`: broken, which is harmless, or naming no good checkpoint, which locks other engines out.
 */
type FindingKind =
  | 'commit-missing'
  | 'commit-empty'
  | 'commit-unreadable'
  | 'data-missing'
  | 'data-size'
  | 'data-outside'
  | 'checkpoint-unusable'
  | 'hint-unusable';

export interface Finding {
  readonly kind: FindingKind;
  /** The commit or checkpoint concerned; undefined for a hint that names none. */
  readonly version: CommitNumber | undefined;
  /** The damaged or missing file, as a path on the disk; for `data-outside`, as in the log. */
  readonly file: string;
  /** One sentence, for people. */
  readonly text: string;
}

/**
 * Returns the problems of the commits fromVersion to toVersion, both inclusive, of their data files and checkpoints,
 * and of the hint; latest first, [] when there are none. Reads those commits; of data files, only the size. Changes
 * nothing.
 */
export function inspectTail(disk: Disk, fromVersion: CommitNumber, toVersion: CommitNumber): readonly Finding[] {
  const findings: Finding[] = [...inspectHint(disk)];
  const removed = new Set<string>();
  let hasCheckpoint = false;
  for (let version = toVersion; version >= fromVersion; version--) {
    const checkpoint = inspectCheckpoint(disk, version);
    if (checkpoint === 'good') hasCheckpoint = true;
    else if (checkpoint !== 'none') findings.push(checkpoint);
    const commit = inspectCommit(disk, version);
    // A later checkpoint holds the content of the commit, whose file may have been cleaned up.
    if ('kind' in commit) findings.push(...(commit.kind === 'commit-missing' && hasCheckpoint ? [] : [commit]));
    else findings.push(...inspectData(disk, commit, removed));
  }
  return findings;
}

/**
 * Moves a file into the directory, durably, under its own name or, where that is taken, with a number appended. Returns
 * the new path; undefined when the file is missing.
 */
export function quarantine(disk: Disk, path: string, directory: string): string | undefined {
  if (!disk.stat(path)) return undefined;
  makeDirectoryDurable(disk, directory);
  const to = unusedPath(disk, joinPath(directory, nameOf(path)));
  disk.rename(path, to);
  // The new name first: a power cut between the two must leave at least one.
  disk.syncDirectory(directory);
  disk.syncDirectory(parentOf(path));
  return to;
}

/** Returns a path, or where it is taken, the path with a number appended. */
export function unusedPath(disk: Disk, path: string): string {
  let free = path;
  for (let number = 2; disk.stat(free); number++) free = `${path}.${number}`;
  return free;
}

function inspectHint(disk: Disk): readonly Finding[] {
  if (!disk.stat(hintFile)) return [];
  const hint = readHint(disk);
  if (hint?.names || (hint && looksLikeParquet(disk, checkpointFile(hint.version)))) return [];
  const text = hint ? `${hintFile} names no checkpoint that can be read` : `${hintFile} cannot be read`;
  return [{ kind: 'hint-unusable', version: hint?.version, file: hintFile, text }];
}

function inspectCheckpoint(disk: Disk, version: CommitNumber): 'none' | 'good' | Finding {
  const file = checkpointFile(version);
  if (!disk.stat(file)) return 'none';
  if (looksLikeParquet(disk, file)) return 'good';
  return { kind: 'checkpoint-unusable', version, file, text: `${file} is not Parquet, or was cut short` };
}

function inspectCommit(disk: Disk, version: CommitNumber): DeltaCommit | Finding {
  const file = commitFile(version);
  try {
    const commit = readCommit(disk, version);
    return commit ?? { kind: 'commit-missing', version, file, text: `commit ${version} is missing` };
  } catch (error) {
    if (!isPondError(error, 'pond-damaged')) throw error;
    const kind = disk.stat(file)?.sizeBytes === 0 ? 'commit-empty' : 'commit-unreadable';
    return { kind, version, file, text: error.message };
  }
}

/**
 * Returns the problems of the data that the commit adds. `removed` are paths that later commits remove; it is extended.
 */
function inspectData(disk: Disk, commit: DeltaCommit, removed: Set<string>): readonly Finding[] {
  const findings = commit.adds.flatMap((add) => {
    const path = decodePath(add.path);
    return removed.has(path) ? [] : inspectFile(disk, { add, path, version: commit.version });
  });
  for (const remove of commit.removes) removed.add(decodePath(remove.path));
  return findings;
}

interface DataFile {
  readonly add: Add;
  readonly path: string;
  readonly version: CommitNumber;
}

function inspectFile(disk: Disk, { add, path, version }: DataFile): readonly Finding[] {
  const finding = (kind: FindingKind, text: string): Finding => ({ kind, version, file: path, text });
  if (!isInsideTable(path)) return [finding('data-outside', `${path} is not in the directory of the table`)];
  const sizeBytes = disk.stat(path)?.sizeBytes;
  if (sizeBytes === undefined) return [finding('data-missing', `${path}, added by commit ${version}, is missing`)];
  if (sizeBytes === add.size) return [];
  return [finding('data-size', `${path} has ${sizeBytes} bytes; commit ${version} says ${add.size}`)];
}
