import { randomUUID } from 'node:crypto';
import { type CommitNumber } from '../delta/commitNumber.ts';
import { type Backend } from '../tinyfs/backend.ts';
import { FileSystem } from '../tinyfs/fs.ts';
import { isPondError } from '../base/error.ts';
import { createMutex } from '../base/mutex.ts';
import { diffCommits } from './diff.ts';
import { Overlay } from './overlay.ts';
import { stageOldStates } from './restore.ts';
import { TransactionChangeLog } from './changeLog.ts';
import { StagedContents } from './stagedContent.ts';
import { type Store } from './store.ts';
import { type Commit, type CommitRequest } from './commitRecord.ts';
import { type Transaction } from './types.ts';
import { type UnusedBlobs } from './unusedBlobs.ts';
import { WorkingTree } from './workingTree.ts';

/** Commits a transaction's changes, or rejects and leaves the pond as it was. */
export type Commits = (
  id: string,
  request: CommitRequest,
  overlay: Overlay,
  contents: StagedContents,
) => Promise<Commit>;

/**
 * A transaction on commit `base`: an overlay of its own, invisible to others until it is committed. `layered` returns
 * the tree to show for the stored one.
 */
export function beginTransaction(
  { store, unusedBlobs }: { readonly store: Store; readonly unusedBlobs: UnusedBlobs },
  base: CommitNumber,
  layered: (tree: Backend) => Backend,
  commit: Commits,
): Transaction {
  const id = randomUUID();
  const overlay = new Overlay();
  const changeLog = new TransactionChangeLog(store.disk, overlay, { id, base, unusedBlobs });
  const contents = new StagedContents(store, changeLog, { committedRow: () => undefined, stagedNow: () => undefined });
  const tree = new WorkingTree({
    store,
    overlay,
    changeLog,
    contents,
    mutex: createMutex(),
    head: () => base,
    latest: (directory) => directory,
  });
  return {
    fs: new FileSystem(layered(tree)),
    restore: async (number) => await stageOldStates(tree, await diffCommits(store, number, base)),
    get isEmpty() {
      return overlay.isEmpty;
    },
    commit: async (request) => {
      let isCommitted = false;
      try {
        const made = overlay.isEmpty ? undefined : await commit(id, request, overlay, contents);
        isCommitted = made !== undefined;
        return made;
      } catch (error) {
        isCommitted = isPondError(error, 'commit-unknown');
        throw error;
      } finally {
        changeLog.end({ isCommitted });
      }
    },
    abandon: () => {
      changeLog.end({ isCommitted: false });
      return Promise.resolve();
    },
  };
}
