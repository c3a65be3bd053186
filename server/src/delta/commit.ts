import { type CommitNumber, previousCommit } from './commitNumber.ts';
import { isPondError, PondError } from '../base/error.ts';
import { type Disk } from '../storage/disk.ts';
import { putIfAbsent } from '../storage/durable.ts';
import { serializeCommit, type CommitActions, type DeltaCommitInfo } from './actions.ts';
import { readCommit } from './log.ts';
import { checkpointFile, commitFile, logDirectory } from './logPaths.ts';
import { parseCommit } from './parse.ts';

/** The commit's own information; txnId is unique to the commit and identifies it after an unknown outcome. */
type OwnCommitInfo = DeltaCommitInfo & { readonly txnId: string };

/** Content of a commit to publish. */
export interface CommitDraft extends Partial<CommitActions> {
  readonly commitInfo: OwnCommitInfo;
}

/** Result of a commit: the version is ours, or another commit has it. */
export type CommitOutcome = { readonly committed: true } | { readonly conflict: true };

/**
 * Publishes a commit as the given version, which must follow the latest one. All data files that it adds must be
 * durable already. A version that is taken is a conflict, unless it is this very commit from an earlier attempt. Fails:
 * - `pond-damaged` when the previous version is missing or the version holds a damaged commit;
 * - `commit-unknown` when the commit may be visible but is not known to be durable;
 * - with a storage code when it certainly did not happen.
 */
export function commitVersion(disk: Disk, version: CommitNumber, draft: CommitDraft): CommitOutcome {
  const file = commitFile(version);
  const bytes = serializeCommit({ txns: [], removes: [], adds: [], ...draft });
  // A commit that cannot be read back must not be published: it would make the whole table unreadable.
  parseCommit(bytes, version, file);
  checkPredecessor(disk, version);
  try {
    // The commit point: when this returns true, the version exists, whole, and survives a power cut; before, none of it
    // does.
    if (putIfAbsent(disk, file, bytes)) return { committed: true };
  } catch (error) {
    return outcomeAfter(error, disk, version, draft.commitInfo.txnId);
  }
  return isOurs(disk, version, draft.commitInfo.txnId) ? confirm(disk, version) : { conflict: true };
}

/**
 * A commit after a gap (damage, or a log that another engine cleaned up during a pause of this process) would be lost
 * in it.
 */
function checkPredecessor(disk: Disk, version: CommitNumber): void {
  const before = previousCommit(version);
  if (before === undefined || disk.stat(commitFile(before)) || disk.stat(checkpointFile(before))) return;
  const message = `version ${before} is not in the log; expected it before version ${version}`;
  throw new PondError('pond-damaged', message, { path: commitFile(before) });
}

/** Decides from the log after a failed write, which may have made the version visible. */
function outcomeAfter(error: unknown, disk: Disk, version: CommitNumber, txnId: string): CommitOutcome {
  try {
    if (isOurs(disk, version, txnId)) return confirm(disk, version);
    if (disk.stat(commitFile(version))) return { conflict: true };
  } catch (cause) {
    throw isPondError(cause, 'commit-unknown') ? cause : outcomeUnknown(version, cause);
  }
  throw error;
}

/** Our commit is visible; it counts once its name is durable too. Its bytes are: they were flushed before the link. */
function confirm(disk: Disk, version: CommitNumber): CommitOutcome {
  try {
    disk.syncDirectory(logDirectory);
    return { committed: true };
  } catch (cause) {
    throw outcomeUnknown(version, cause);
  }
}

function isOurs(disk: Disk, version: CommitNumber, txnId: string): boolean {
  return readCommit(disk, version)?.commitInfo?.['txnId'] === txnId;
}

function outcomeUnknown(version: CommitNumber, cause: unknown): PondError {
  const message = `commit ${version} may have happened: its outcome could not be read back or made durable`;
  const hint = 'Open the pond again to see whether the version is there; what was staged is kept.';
  return new PondError('commit-unknown', message, { path: commitFile(version), hint, cause });
}
