import { type CommitPlan } from './commitPlan.ts';
import { newestOf, type PondNode, type RowRef, versionKey } from './node.ts';

const placesMax = 10_000;
const directoriesMax = 100_000;

/**
 * Result of this process's last commit, for callers that hold nodes looked up before it. A path resolved again never
 * needs it.
 */
export interface CommitCache {
  remember(plan: Pick<CommitPlan, 'directories' | 'places'>): void;
  /** The directory as the latest commit left it. */
  newest(directory: PondNode): PondNode;
  /** Row of a node's version that was staged when the node was looked up. */
  place(node: PondNode): RowRef | undefined;
}

/** Returns an empty cache. */
export function createCommitCache(): CommitCache {
  const directories = new Map<string, PondNode>();
  const places = new Map<string, RowRef>();
  return {
    remember(plan) {
      for (const directory of plan.directories) directories.set(directory.id, directory);
      for (const [key, place] of plan.places) places.set(key, place);
      forgetOldest(directories, directoriesMax);
      forgetOldest(places, placesMax);
    },
    newest: (directory) => newestOf(directories.get(directory.id), directory),
    place: (node) => places.get(versionKey(node)),
  };
}

function forgetOldest(map: Map<string, unknown>, max: number): void {
  for (const key of map.keys()) {
    if (map.size <= max) return;
    map.delete(key);
  }
}
