/** Progress of a copy, as this computer remembers it or as the store says. */
import { type CommitNumber, commitsDown, firstCommit, nextCommit } from '../delta/commitNumber.ts';
import { type StoredCommit, type StoredFiles } from '../pond/storedFiles.ts';
import { type Ledger } from './ledger.ts';
import { batchesOf, noneLeftOut } from './needs.ts';
import { type RememberedCopy } from './remoteCopy.ts';
import { findTip, isKnown, requireSameHistory } from './remoteLog.ts';

/** Commits that are counted at most: a copy that is further back is as much of a problem. */
const countedMax = 1000;

/** State of a copy. Times are milliseconds since 1970 UTC. */
export interface CopyState {
  /** Latest version in the copy; undefined when there is none, or none is known. */
  readonly version: CommitNumber | undefined;
  /** Commits that are not in the copy, without minor ones; at most 1,000 are counted. */
  readonly missingCommits: number;
  /** End of the last push that ended well, from this computer. */
  readonly pushedMs: number | undefined;
  readonly verifiedMs: number | undefined;
  /** Share of the objects that the last verification read. */
  readonly verifiedShare: number | undefined;
}

type IsMinor = (commit: StoredCommit) => boolean;

/** Returns the state of a copy as this computer remembers it, without a request. */
export async function rememberedState(source: StoredFiles, ledger: Ledger, isMinor: IsMinor): Promise<CopyState> {
  const { tip, pushedMs, verifiedMs, verifiedShare } = ledger.read();
  const version = tip?.version;
  const missingCommits = await countAfter(source, version, isMinor);
  return { version, missingCommits, pushedMs, verifiedMs, verifiedShare };
}

/** Asks the store how far its copy is, and remembers it. Fails `remote-diverged`, and as the calls of the store. */
export async function refreshState(
  { source, store, ledger }: RememberedCopy,
  signal: AbortSignal | undefined,
): Promise<void> {
  const known = ledger.read().tip;
  const tip = await findTip(store, known?.version, { signal });
  if (tip === undefined) return ledger.forgetTip();
  if (!isKnown(source, tip, known))
    ledger.update({ tip: await requireSameHistory(source, store, { tip, known }, { signal }) });
}

/** Bytes that a push would send at most. Reads the new data files. Fails `pond-damaged`. */
export async function bytesAfter(source: StoredFiles, version: CommitNumber | undefined): Promise<number> {
  const range = { from: version === undefined ? firstCommit : nextCommit(version), to: source.latest };
  let bytes = 0;
  for await (const batch of batchesOf(source, range, noneLeftOut())) bytes += batch.bytes;
  return bytes;
}

/** Number of versions after one, without minor commits. */
async function countAfter(source: StoredFiles, version: CommitNumber | undefined, isMinor: IsMinor): Promise<number> {
  let count = 0;
  for (const at of commitsDown(source.latest)) {
    if ((version !== undefined && at <= version) || count >= countedMax) break;
    const commit = await source.commit(at);
    if (commit === undefined || !isMinor(commit)) count += 1;
  }
  return count;
}
