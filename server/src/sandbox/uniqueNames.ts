/**
 * Returns a name as names are compared: in any case, and in any form of its characters. Files of macOS have é as two code
 * points, those of other systems as one.
 */
export const nameKey = (name: string): string => name.normalize('NFC').toLowerCase();

/**
 * Gives out names that DuckDB, which ignores case, takes for different ones. The cost of many equal names is that of
 * their number.
 */
export class FreeNames {
  readonly #taken = new Set<string>();
  /** The next number for a name, in lower case: no lower one is free for it. */
  readonly #next = new Map<string, number>();

  /**
   * Returns a name that was not given out before: `base`, or `base` with a number. `isReserved` is true for names in lower
   * case that it may not be.
   */
  take(base: string, isReserved: (name: string) => boolean = () => false): string {
    const isFree = (name: string): boolean => !this.#taken.has(nameKey(name)) && !isReserved(nameKey(name));
    const lower = nameKey(base);
    let name = base;
    let count = this.#next.get(lower) ?? 1;
    for (; !isFree(name); count += 1) name = `${base}_${count}`;
    this.#next.set(lower, count);
    this.#taken.add(nameKey(name));
    return name;
  }
}

/**
 * Names for columns in their order, which DuckDB compares without case: a name that occurred before gets a number,
 * `Temp` and `temp` become `Temp` and `temp_1`; an empty one becomes `column` with its index. A name that a column has of
 * its own is given to no other. Characters are in their composed form.
 */
export function uniqueNames(names: readonly string[]): readonly string[] {
  const originals = new Set(names.map(nameKey));
  const free = new FreeNames();
  return names.map((name, index) => {
    const own = nameKey(name);
    const isOthers = (candidate: string): boolean => candidate !== own && originals.has(candidate);
    return free.take(name === '' ? `column${index}` : name.normalize('NFC'), isOthers);
  });
}
