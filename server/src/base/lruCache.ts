/** Limits of a cache. */
interface LruLimits<V> {
  /** Maximum sum of the sizes of all entries. */
  readonly max: number;
  /** Size of a value; 1 if omitted, so that `max` is a number of entries. */
  readonly sizeOf?: (value: V) => number;
  /** Called with each value that leaves the cache to make room, not for one that is deleted or replaced. */
  readonly onEvict?: (value: V) => void;
}

/**
 * A map that evicts the least recently used entries beyond its limit. The entry set last always stays, even when it is
 * larger than the limit alone. A value must not be undefined: that is the answer for a missing key.
 */
export class LruCache<K, V extends NonNullable<unknown>> {
  readonly #limits: LruLimits<V>;
  /** The least recently used entry first. */
  readonly #entries = new Map<K, V>();
  #size = 0;

  constructor(limits: LruLimits<V>) {
    this.#limits = limits;
  }

  /** Sum of the sizes of all entries. */
  get size(): number {
    return this.#size;
  }

  /** Returns the value of a key and marks it as used; undefined for a missing key. */
  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  /** True when the key is in the cache; it is not marked as used. */
  has(key: K): boolean {
    return this.#entries.has(key);
  }

  /** Stores a value, evicts others to make room, and returns the value. */
  set(key: K, value: V): V {
    this.delete(key);
    this.#entries.set(key, value);
    this.#size += this.#sizeOf(value);
    for (const [oldest, evicted] of this.#entries) {
      if (this.#size <= this.#limits.max || this.#entries.size === 1) break;
      this.delete(oldest);
      this.#limits.onEvict?.(evicted);
    }
    return value;
  }

  /** Removes an entry; false for a missing key. */
  delete(key: K): boolean {
    const value = this.#entries.get(key);
    if (value === undefined) return false;
    this.#entries.delete(key);
    this.#size -= this.#sizeOf(value);
    return true;
  }

  /** Removes all entries. */
  clear(): void {
    this.#entries.clear();
    this.#size = 0;
  }

  #sizeOf(value: V): number {
    return this.#limits.sizeOf?.(value) ?? 1;
  }
}
