/**
 * Types for numbers that must not lose digits, and files that DuckDB may read as one table, with columns matched by
 * name.
 */
import { requireSqlType, type SqlType } from '../../duckdb/sqlType.ts';
import { type Column } from '../../protocol/results.ts';

/** Integers read together with FLOAT would become FLOAT; DECIMAL may have no room for numbers of other types. */
export function areExactTogether(one: string, other: string): boolean {
  return one === other || !(isNarrow(one) || isNarrow(other));
}

const double = requireSqlType('DOUBLE');

function isNarrow(type: string): boolean {
  return type === 'FLOAT' || type.startsWith('DECIMAL');
}

/**
 * Returns the type for values of several types, whose union in DuckDB is `united`: DOUBLE instead of FLOAT, which has
 * seven digits, and instead of a DECIMAL without room for all of them.
 */
export function exactUnion(types: readonly SqlType[], united: SqlType): SqlType {
  if (united === 'FLOAT') return types.every((type) => type === united) ? united : double;
  const room = decimalDigits(united);
  if (room === undefined) return united;
  const hasRoom = types.every((type) => {
    const { whole, fraction } = decimalDigits(type) ?? { whole: integerDigits[type] ?? Infinity, fraction: 0 };
    return whole <= room.whole && fraction <= room.fraction;
  });
  return hasRoom ? united : double;
}

/** Maximum number of digits of integers, by type. */
const integerDigits: Readonly<Record<string, number>> = {
  TINYINT: 3,
  SMALLINT: 5,
  INTEGER: 10,
  BIGINT: 19,
  UTINYINT: 3,
  USMALLINT: 5,
  UINTEGER: 10,
  UBIGINT: 20,
};

function decimalDigits(type: string): { readonly whole: number; readonly fraction: number } | undefined {
  const [, width, fraction] = /^DECIMAL\((\d+), ?(\d+)\)$/.exec(type) ?? [];
  return width === undefined ? undefined : { whole: Number(width) - Number(fraction), fraction: Number(fraction) };
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
