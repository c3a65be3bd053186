import { randomUUID } from 'node:crypto';
import { type CommitNumber } from '../delta/commitNumber.ts';
import { type Backend } from '../tinyfs/backend.ts';
import { FileSystem } from '../tinyfs/fs.ts';
import { createMutex } from '../base/mutex.ts';
import { Overlay } from './overlay.ts';
import { createTransactionChangeLog } from './changeLog.ts';
import { createStagedContent, type StagedContentStore } from './stagedContent.ts';
import { type Store } from './store.ts';
import { type Commit, type CommitRequest, type Transaction } from './types.ts';
import { createWorkingTree } from './workingTree.ts';

/** Commits a transaction's changes, or rejects and leaves the pond as it was. */
export type Commits = (
  id: string,
  request: CommitRequest,
  overlay: Overlay,
  contents: StagedContentStore,
) => Promise<Commit>;

/**
 * A transaction on commit `base`: an overlay of its own, invisible to others until it is committed. `layered` returns
 * the tree to show for the stored one.
 */
export function beginTransaction(
  store: Store,
  base: CommitNumber,
  layered: (tree: Backend) => Backend,
  commit: Commits,
): Transaction {
  const id = randomUUID();
  const overlay = new Overlay();
  const sink = createTransactionChangeLog(store.disk, overlay, id);
  const contents = createStagedContent(store, sink, { committedPlace: () => undefined, stagedNow: () => undefined });
  const tree = createWorkingTree({
    store,
    overlay,
    sink,
    contents,
    mutex: createMutex(),
    writable: true,
    head: () => base,
    newest: (directory) => directory,
  });
  return {
    fs: new FileSystem(layered(tree)),
    get isEmpty() {
      return overlay.isEmpty;
    },
    commit: async (request) => {
      try {
        return overlay.isEmpty ? undefined : await commit(id, request, overlay, contents);
      } finally {
        sink.dispose();
      }
    },
    abandon: () => {
      sink.dispose();
      return Promise.resolve();
    },
  };
}
