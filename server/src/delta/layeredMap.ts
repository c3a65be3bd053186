/**
 * An immutable map: `with` returns the next one, which shares the unchanged entries.
 *
 * It keeps maps in layers, oldest first; undefined in a layer marks a removed key. Invariants:
 * - a layer is more than twice as large as the next newer one, so there are few, and an update costs the size of its
 *   changes plus its share of an occasional merge;
 * - the oldest layer holds no undefined.
 */
export class LayeredMap<V> {
  readonly #layers: readonly ReadonlyMap<string, V | undefined>[];
  /** Number of present keys. */
  readonly size: number;

  private constructor(layers: readonly ReadonlyMap<string, V | undefined>[], size: number) {
    this.#layers = layers;
    this.size = size;
  }

  static of<V>(entries: ReadonlyMap<string, V>): LayeredMap<V> {
    return new LayeredMap<V>(entries.size === 0 ? [] : [entries], entries.size);
  }

  get(key: string): V | undefined {
    for (let index = this.#layers.length - 1; index >= 0; index--) {
      const layer = this.#layers[index];
      if (layer?.has(key)) return layer.get(key);
    }
    return undefined;
  }

  /** Returns a map with the changes on top; undefined removes a key. */
  with(changes: ReadonlyMap<string, V | undefined>): LayeredMap<V> {
    if (changes.size === 0) return this;
    let size = this.size;
    for (const [key, value] of changes) size += Number(value !== undefined) - Number(this.get(key) !== undefined);
    const layers = [...this.#layers];
    let top = changes;
    while (layers.length > 0) {
      const below = layers[layers.length - 1];
      if (below === undefined || below.size > 2 * top.size) break;
      layers.pop();
      top = new Map([...below, ...top]);
    }
    layers.push(layers.length === 0 ? withoutRemoved(top) : top);
    return new LayeredMap(layers, size);
  }

  /** Yields the values, roughly in the order of insertion. */
  *values(): IterableIterator<V> {
    for (const [index, layer] of this.#layers.entries()) {
      const newer = this.#layers.slice(index + 1);
      for (const [key, value] of layer) {
        if (value !== undefined && !newer.some((other) => other.has(key))) yield value;
      }
    }
  }
}

function withoutRemoved<V>(layer: ReadonlyMap<string, V | undefined>): ReadonlyMap<string, V | undefined> {
  return new Map([...layer].filter(([, value]) => value !== undefined));
}
