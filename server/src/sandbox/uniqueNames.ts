/** Gives out names that DuckDB, which ignores case, takes for different ones. The cost of many equal names is that of their number. */
export class FreeNames {
  readonly #taken = new Set<string>();
  /** The next number for a name, in lower case: no lower one is free for it. */
  readonly #next = new Map<string, number>();

  /**
   * Returns a name that was not given out before: `base`, or `base` with a number. `isReserved` is true for names in lower
   * case that it may not be.
   */
  take(base: string, isReserved: (name: string) => boolean = () => false): string {
    const isFree = (name: string): boolean => !this.#taken.has(name.toLowerCase()) && !isReserved(name.toLowerCase());
    const lower = base.toLowerCase();
    let name = base;
    let count = this.#next.get(lower) ?? 1;
    for (; !isFree(name); count += 1) name = `${base}_${count}`;
    this.#next.set(lower, count);
    this.#taken.add(name.toLowerCase());
    return name;
  }
}

/**
 * Names for columns in their order, which DuckDB compares without case: a name that occurred before gets a number,
 * `Temp` and `temp` become `Temp` and `temp_1`; an empty one becomes `column` with its index. A name that a column has of
 * its own is given to no other.
 */
export function uniqueNames(names: readonly string[]): readonly string[] {
  const originals = new Set(names.map((name) => name.toLowerCase()));
  const free = new FreeNames();
  return names.map((name, index) => {
    const own = name.toLowerCase();
    const isOthers = (candidate: string): boolean => candidate !== own && originals.has(candidate);
    return free.take(name === '' ? `column${index}` : name, isOthers);
  });
}
