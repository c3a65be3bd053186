import { type CommitNumber } from '../delta/commitNumber.ts';
import { type OpRow, rootId } from '../oplog/rows.ts';
import { TableOpLog } from '../oplog/tableOpLog.ts';
import { type Disk } from '../storage/disk.ts';
import { nowUs, requireStorable } from './clock.ts';
import { lookupCommitted } from './committedTree.ts';
import { commitHash, rowsHash } from './commitHash.ts';
import { commitRow, recordOf } from './history.ts';
import { planCommit, type CommitPlan, type PlanInput } from './commitPlan.ts';
import { type CommittedNode } from './node.ts';
import { Overlay } from './overlay.ts';
import { newDirectory } from './newNodes.ts';
import { type ChangeCounts, type Commit, type CommitRequest } from './commitRecord.ts';
import { type Store } from './store.ts';
import { type OpLog } from '../oplog/opLog.ts';

interface CommitInput {
  readonly store: Store;
  /** UUID of the attempt. */
  readonly id: string;
  readonly request: CommitRequest;
  readonly parent: Commit;
  readonly counts: (bytes: number) => ChangeCounts;
  readonly plan: Pick<PlanInput, 'overlay' | 'root' | 'load'>;
}

/** Appends one commit to the log; returns it with the directories as it left them. Durable on return. */
export async function writeCommit(
  input: CommitInput,
): Promise<Pick<CommitPlan, 'directories' | 'rowRefs'> & { commit: Commit }> {
  const { store } = input;
  const reading = {
    loadPage: store.pages.load,
    lookup: (directory: CommittedNode, name: string) => lookupCommitted(store, directory, name),
  };
  // Time increases along the history even when the clock does not: versions by time depend on it.
  const { timeUs: madeUs } = input.request;
  const timeUs = requireStorable(Math.max(madeUs ?? nowUs(), input.parent.timeUs + 1));
  let plan: CommitPlan | undefined;
  let commit: Commit | undefined;
  const operation = input.request.operation ?? 'commit';
  await store.opLog.append({
    id: input.id,
    operation,
    timeMs: Math.floor(timeUs / 1000),
    build: async (number) => {
      plan = await planCommit({ ...input.plan, ...reading, number, timeUs, isDated: madeUs !== undefined });
      commit = hashed(store.opLog.id, {
        number,
        id: input.id,
        parent: input.parent.number,
        parentId: input.parent.id,
        parentHash: input.parent.hash,
        timeUs,
        author: input.request.author,
        message: input.request.message,
        operation,
        rootHash: plan.root.sha256,
        rowsHash: rowsHash(plan.rows, number),
        counts: input.counts(plan.bytes),
      });
      return { rows: [...plan.rows, commitRow(commit)], record: recordOf(commit) };
    },
  });
  void store.roots.set(commit!.number, Promise.resolve(plan!.root));
  for (const { address, page } of plan!.pages) store.pages.add(address, page);
  return { commit: commit!, directories: plan!.directories, rowRefs: plan!.rowRefs };
}

function hashed(pondId: string, commit: Omit<Commit, 'hash'>): Commit {
  return { ...commit, hash: commitHash(pondId, commit) };
}

/** Creates the log of a new pond with its first commit, an empty root, made at `timeUs`. Fails `pond-exists`. */
export async function writeFirstCommit(
  disk: Disk,
  ids: { pond: string; commit: string },
  { author, timeUs = nowUs() }: { readonly author: string; readonly timeUs: number | undefined },
): Promise<OpLog> {
  return await TableOpLog.create(disk, ids.pond, {
    id: ids.commit,
    operation: 'init',
    timeMs: Math.floor(timeUs / 1000),
    build: async (number) => {
      const { rows, root } = await planFirst(timeUs, number);
      const commit = hashed(ids.pond, {
        number,
        id: ids.commit,
        parent: undefined,
        parentId: undefined,
        parentHash: undefined,
        timeUs,
        author,
        message: 'Initialize pond',
        operation: 'init',
        rootHash: root.sha256,
        rowsHash: rowsHash(rows, number),
        counts: { added: 0, modified: 0, removed: 0, renamed: 0, bytes: 0 },
      });
      return { rows: [...rows, commitRow(commit)], record: recordOf(commit) };
    },
  });
}

function planFirst(timeUs: number, number: CommitNumber): Promise<{ rows: readonly OpRow[]; root: CommittedNode }> {
  const nothing = (): never => {
    throw new Error('there is nothing to read before the first commit');
  };
  return planCommit({
    overlay: new Overlay(),
    root: { ...newDirectory(''), id: rootId, modifiedUs: timeUs },
    number,
    timeUs,
    isDated: false,
    loadPage: nothing,
    lookup: nothing,
    load: nothing,
  });
}
