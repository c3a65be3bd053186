/** Which files DuckDB may read as one table, columns matched by name, without loss in their numbers. */
import { type Column } from '../../query/types.ts';

/** Whole numbers read together with FLOAT would become FLOAT; DECIMAL may have no room for numbers of other types. */
export function areExactTogether(one: string, other: string): boolean {
  return one === other || !(isNarrow(one) || isNarrow(other));
}

function isNarrow(type: string): boolean {
  return type === 'FLOAT' || type.startsWith('DECIMAL');
}

/** Returns the items in lists that can be read as one table; each is in the first that it fits into. None for none. */
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
