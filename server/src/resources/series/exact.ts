/**
 * Types for numbers that must not lose digits, and files that DuckDB may read as one table, with columns matched by
 * name.
 */
import { mayRound } from '../../sandbox/exactTypes.ts';
import { type Column } from '../../protocol/results.ts';

/** Integers read together with FLOAT or DOUBLE would be rounded; DECIMAL may have no room for numbers of other types. */
export function areExactTogether(one: string, other: string): boolean {
  const isCast = isNarrow(one) || isNarrow(other) || mayRound(one, other) || mayRound(other, one);
  return one === other || !isCast;
}

function isNarrow(type: string): boolean {
  return type === 'FLOAT' || type.includes('DECIMAL');
}

/**
 * Groups items into lists that can be read as one table; each item joins the first list that it fits. Empty for no
 * items.
 */
export function exactLists<T extends { readonly columns: readonly Column[] }>(
  items: readonly T[],
): readonly (readonly T[])[] {
  const lists: { readonly items: T[]; readonly types: Map<string, string> }[] = [];
  for (const item of items) {
    const own = item.columns.map(({ name, type }) => [name.toLowerCase(), type] as const);
    const fits = (types: ReadonlyMap<string, string>) =>
      own.every(([name, type]) => areExactTogether(types.get(name) ?? type, type));
    let list = lists.find(({ types }) => fits(types));
    if (list === undefined) lists.push((list = { items: [], types: new Map() }));
    list.items.push(item);
    for (const [name, type] of own) list.types.set(name, type);
  }
  return lists.map((list) => list.items);
}
