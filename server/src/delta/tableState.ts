import { PondError } from '../base/error.ts';
import { checkReadable, type DeltaCommit, type Remove, type Txn } from './actions.ts';
import { decodePath } from './dataPath.ts';
import { type DeltaSnapshot, type TableHead } from './deltaSnapshot.ts';
import { addFileOf, type AddFile } from './files.ts';
import { LayeredMap } from './layeredMap.ts';
import { commitFile } from './logPaths.ts';

/** Returns the snapshot after the first commit. Fails with `pond-damaged` when it lacks protocol or metadata. */
export function firstSnapshot(commit: DeltaCommit): DeltaSnapshot {
  const file = commitFile(commit.version);
  const { protocol, metaData } = commit;
  if (!protocol || !metaData) {
    const lacks = protocol ? 'metaData' : 'protocol';
    throw new PondError('pond-damaged', `${file} has no ${lacks}; expected it in the first commit`, { path: file });
  }
  const empty: DeltaSnapshot = {
    version: commit.version,
    protocol,
    metaData,
    files: LayeredMap.of(new Map<string, AddFile>()),
    tombstones: LayeredMap.of(new Map<string, Remove>()),
    transactions: LayeredMap.of(new Map<string, Txn>()),
    checkpointVersion: undefined,
    unusableCheckpoints: [],
  };
  return applyCommit(empty, commit);
}

/**
 * Returns the snapshot after the commit, which must be the next one. The cost depends on the commit, not on the size of
 * the table. Fails with `pond-too-new` when the commit raises the protocol beyond this reader.
 */
export function applyCommit(snapshot: DeltaSnapshot, commit: DeltaCommit): DeltaSnapshot {
  const head = headAfter(snapshot, commit);
  const live = new Map<string, AddFile | undefined>();
  const tombstones = new Map<string, Remove | undefined>();
  for (const remove of commit.removes) {
    const path = decodePath(remove.path);
    live.set(path, undefined);
    tombstones.set(path, remove);
  }
  for (const add of commit.adds) {
    const added = addFileOf(add, commit.version);
    live.set(added.path, added);
    // A file may return when another engine restores an older version.
    if (snapshot.tombstones.get(added.path)) tombstones.set(added.path, undefined);
  }
  return { ...head, files: snapshot.files.with(live), tombstones: snapshot.tombstones.with(tombstones) };
}

/** Returns what the table says about itself after the commit, which must be the next one. Fails like applyCommit. */
export function headAfter(head: TableHead, commit: DeltaCommit): TableHead {
  if (commit.protocol) checkReadable(commit.protocol, commitFile(commit.version), commit.commitInfo);
  const { protocol, metaData, transactions, checkpointVersion, unusableCheckpoints } = head;
  return {
    version: commit.version,
    protocol: commit.protocol ?? protocol,
    metaData: commit.metaData ?? metaData,
    transactions: transactions.with(new Map(commit.txns.map((txn) => [txn.appId, txn]))),
    checkpointVersion,
    unusableCheckpoints,
  };
}
