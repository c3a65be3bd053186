/**
 * The commits that changed a path. An entry names the commit that changed it last and the one that placed it, so the
 * walk jumps from change to change. For an absent path no entry records since when; but a directory's time records when
 * its names last changed, so the walk skips all commits that kept the names on the path.
 */
import { type CommitNumber, commitNumber, firstCommit, latestCommit } from '../delta/commitNumber.ts';
import { lookupCommitted } from './committedTree.ts';
import { commitAt, ownAtOrBelow } from './history.ts';
import { type CommittedNode, sameVersion } from './node.ts';
import { locatingDirectory } from '../tinyfs/entries.ts';
import { joinPath } from '../tinyfs/path.ts';
import { rootAt, type Store } from './store.ts';
import { type Commit } from './commitRecord.ts';

/** Commits that changed a path or something below it, latest first. */
export async function* commitsOfPath(store: Store, head: CommitNumber, path: readonly string[]): AsyncIterable<Commit> {
  for (let number: CommitNumber | undefined = head; number !== undefined;) {
    const now = await stateAt(store, number, path);
    const since = now.node === undefined ? await absentSince(store, now, path) : now.changedTxn;
    const commit: Commit = await commitAt(store.opLog, since);
    const before = commit.parent === undefined ? undefined : await stateAt(store, commit.parent, path);
    if (!sameVersion(now.node, before?.node)) yield commit;
    number = commit.parent;
  }
}

interface PathState {
  readonly node: CommittedNode | undefined;
  /** The last commit before which the path may have been in another state. */
  readonly changedTxn: CommitNumber;
  /** The nodes on the path, from the root as far as the path resolves, without `node`. */
  readonly way: readonly CommittedNode[];
}

async function stateAt(store: Store, number: CommitNumber, path: readonly string[]): Promise<PathState> {
  let node = await rootAt(store, number);
  let changedTxn = number;
  let placedTxn = firstCommit;
  const way: CommittedNode[] = [];
  for (const name of path) {
    way.push(node);
    const directory = node;
    const at = joinPath('/', ...path.slice(0, way.length - 1));
    const next =
      directory.type === 'directory'
        ? await locatingDirectory(at, () => lookupCommitted(store, directory, name))
        : undefined;
    // When the path ends early, it has been absent at least since the deepest directory changed.
    if (next === undefined) return { node: undefined, changedTxn: latestCommit(changedTxn, placedTxn), way };
    changedTxn = latestCommit(next.changedTxn ?? firstCommit, next.row.txn);
    placedTxn = latestCommit(placedTxn, next.placedTxn ?? firstCommit);
    node = next;
  }
  return { node, changedTxn: latestCommit(changedTxn, placedTxn), way };
}

/** The first of the consecutive commits without the path for the same reason as `now`. */
async function absentSince(store: Store, now: PathState, path: readonly string[]): Promise<CommitNumber> {
  /** Commits from `same` on are like `now`; the one at `other`, or below, is not. */
  let [same, other]: [CommitNumber, number] = [now.changedTxn, -1];
  const look = async (number: CommitNumber): Promise<void> => {
    const at = (await ownAtOrBelow(store.opLog, number, commitNumber(other + 1)))?.number;
    const state = at === undefined ? undefined : await stateAt(store, at, path);
    if (state !== undefined && isSameAbsence(state, now)) same = state.changedTxn;
    else other = number;
  };
  // Nearby commits first, since most walks end soon; then doubling steps, then bisection.
  for (let step = 1; other < 0 && same > 0; step *= 2) await look(commitNumber(Math.max(0, same - step)));
  while (same - other > 1) await look(commitNumber(Math.floor((same + other) / 2)));
  return same;
}

/** True when the same nodes are on the path and none of their directories gained or lost a name. */
function isSameAbsence(a: PathState, b: PathState): boolean {
  return (
    a.node === undefined && a.way.length === b.way.length && a.way.every((node, i) => hasSameNames(node, b.way[i]!))
  );
}

function hasSameNames(a: CommittedNode, b: CommittedNode): boolean {
  return a.id === b.id && (a.type !== 'directory' || a.modifiedUs === b.modifiedUs);
}
