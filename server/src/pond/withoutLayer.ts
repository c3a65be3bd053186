import { type StoredNodes, type TreeLayer } from './types.ts';

/**
 * Returns the layer that shows every tree as it is stored. `Layer` is TreeLayer here: a caller names another type only
 * along with the option from which it is inferred.
 */
export function withoutLayer<Layer extends TreeLayer>(): (stored: StoredNodes) => Layer {
  const layer = ({ hostFiles, contentKey }: StoredNodes): TreeLayer => ({
    over: (backend) => ({ backend, changed: () => undefined, close: () => Promise.resolve() }),
    hostFiles,
    contentKey,
    countedChanges: (changes) => Promise.resolve(changes),
  });
  return layer as (stored: StoredNodes) => Layer;
}
