/** The walk through the history, from a commit back to the first. */
import { type CommitNumber } from '../delta/commitNumber.ts';
import { type LruCache } from '../base/lruCache.ts';
import { type OpLog } from '../oplog/opLog.ts';
import { requireParent } from './commitHash.ts';
import { type Commit } from './commitRecord.ts';
import { commitAt } from './history.ts';
import { type SavedCommits } from './savedCommits.ts';

/** Commits that need not be read in the log. */
interface KnownCommits {
  /** Those of this process. */
  readonly read: LruCache<CommitNumber, Commit>;
  readonly saved: SavedCommits;
}

/**
 * Commits from `head` back to the first. Those that are known are not read again, and those that are read become known.
 * Fails `pond-damaged` at one that was not made on the commit before it.
 */
export async function* commitsFrom(opLog: OpLog, head: CommitNumber, known?: KnownCommits): AsyncIterable<Commit> {
  const collect = known?.saved.collector();
  let child: Commit | undefined;
  for (let number: CommitNumber | undefined = head; number !== undefined;) {
    const cached: Commit | undefined = known && knownCommit(known, number, child);
    const commit: Commit = cached ?? (await commitAt(opLog, number));
    if (cached === undefined) known?.read.set(number, commit);
    if (child !== undefined) requireParent(child, commit);
    collect?.(commit);
    yield commit;
    [child, number] = [commit, commit.parent];
  }
}

/** Returns a commit, the parent of `child` if that is given, without the log; undefined where it is not known. */
function knownCommit(
  { read, saved }: KnownCommits,
  number: CommitNumber,
  child: Commit | undefined,
): Commit | undefined {
  // After the log was replaced by another one, a known commit may be none of it.
  const isIt = (commit: Commit | undefined): boolean =>
    commit !== undefined && (child?.hash === undefined || child.parentHash === commit.hash);
  if (!isIt(read.get(number))) for (const commit of child ? saved.before(child) : []) read.set(commit.number, commit);
  const found = read.get(number);
  return isIt(found) ? found : undefined;
}

/** The first `count` of some commits; reads no more of them than that. */
export async function* firstOf(commits: AsyncIterable<Commit>, count: number): AsyncIterable<Commit> {
  let left = count;
  if (left <= 0) return;
  for await (const commit of commits) {
    yield commit;
    if (--left <= 0) return;
  }
}
