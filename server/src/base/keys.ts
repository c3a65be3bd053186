/** Returns the keys of an object, in their order, as the type states them. */
export function keysOf<K extends string>(of: Readonly<Record<K, unknown>>): readonly K[] {
  return Object.keys(of) as K[];
}
