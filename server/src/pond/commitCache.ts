import { type CommitPlan } from './commitPlan.ts';
import { newestOf, type PondNode, type RowRef, versionKey } from './node.ts';

const placesMax = 10_000;
const directoriesMax = 100_000;

/** What this process committed last, for those who looked nodes up before. Resolving a path anew never needs it. */
export interface CommitCache {
  remember(plan: Pick<CommitPlan, 'directories' | 'places'>): void;
  /** The directory as the newest commit left it. */
  newest(directory: PondNode): PondNode;
  /** Where a node's version is that was staged when it was looked up. */
  place(node: PondNode): RowRef | undefined;
}

/** Remembers nothing yet. */
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
