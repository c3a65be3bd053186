/**
 * Names for columns in their order, which DuckDB compares without case: a name that occurred before gets a number,
 * `Temp` and `temp` become `Temp` and `temp_1`; an empty one becomes `column` with its index.
 */
export function uniqueNames(names: readonly string[]): readonly string[] {
  const originals = new Set(names.map((name) => name.toLowerCase()));
  const used = new Set<string>();
  return names.map((name, index) => {
    const base = name === '' ? `column${index}` : name;
    let unique = base;
    for (let count = 1; used.has(unique.toLowerCase()) || (unique !== name && originals.has(unique.toLowerCase()));) {
      unique = `${base}_${count}`;
      count += 1;
    }
    used.add(unique.toLowerCase());
    return unique;
  });
}
