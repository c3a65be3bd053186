import { LruCache } from '../base/lruCache.ts';
import { type CommitPlan } from './commitPlan.ts';
import { type CommittedNode, type DirectoryNode, latestState, type PondNode, type RowRef, versionKey } from './node.ts';

const rowsMax = 10_000;
const directoriesMax = 100_000;

/**
 * Results of this process's last commits, for callers that hold nodes looked up before them. A path resolved again
 * never needs it.
 */
export class CommitCache {
  readonly #directories = new LruCache<string, CommittedNode>({ max: directoriesMax });
  readonly #rows = new LruCache<string, RowRef>({ max: rowsMax });

  add({ directories, rowRefs }: Pick<CommitPlan, 'directories' | 'rowRefs'>): void {
    for (const directory of directories) this.#directories.set(directory.id, directory);
    for (const [key, row] of rowRefs) this.#rows.set(key, row);
  }

  /** Returns the directory as the latest commit left it. */
  latest(directory: DirectoryNode): DirectoryNode {
    return latestState(this.#directories.get(directory.id), directory);
  }

  /** Returns the row of a version that was staged when its node was looked up; undefined while it is staged. */
  row(node: PondNode): RowRef | undefined {
    return this.#rows.get(versionKey(node));
  }
}
