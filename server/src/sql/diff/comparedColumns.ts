import { decimalOf, isFloat, isNested, isNumber } from '../../base/typeClass.ts';
import { type Column } from '../../protocol/results.ts';

/** A column of both tables. */
export interface SharedColumn {
  readonly name: string;
  /** Types before and after. */
  readonly before: string;
  readonly after: string;
}

/** Columns of two tables, matched by name in any case of its letters: a column of another name is another column. */
export interface ComparedColumns {
  readonly shared: readonly SharedColumn[];
  readonly added: readonly Column[];
  readonly removed: readonly Column[];
  /** Names of all in the order of the table after, each removed one after the column that it followed. */
  readonly order: readonly string[];
}

/** Matches the columns of two tables; shared ones have the name that they have before. */
export function compareColumns(before: readonly Column[], after: readonly Column[]): ComparedColumns {
  const [old, now] = [byName(before), byName(after)];
  const order = after.map(({ name }) => old.get(name.toLowerCase())?.name ?? name);
  const removed = before.filter(({ name }) => !now.has(name.toLowerCase()));
  for (const column of removed) {
    const previous = before[before.indexOf(column) - 1];
    order.splice(previous === undefined ? 0 : order.indexOf(previous.name) + 1, 0, column.name);
  }
  return {
    shared: before.flatMap(({ name, type }) => {
      const other = now.get(name.toLowerCase());
      return other === undefined ? [] : [{ name, before: type, after: other.type }];
    }),
    added: after.filter(({ name }) => !old.has(name.toLowerCase())),
    removed,
    order,
  };
}

/** True when the values of two types are compared as they are, and not as text. */
export function isComparable({ before, after }: SharedColumn): boolean {
  return before === after || (isNumber(before) && isNumber(after));
}

/** True for a column that may identify rows: its values are not measured, and have no parts. */
export function mayIdentify({ after: type }: SharedColumn): boolean {
  return !isFloat(type) && decimalOf(type) === undefined && type !== 'BOOLEAN' && !isNested(type);
}

const byName = (columns: readonly Column[]): ReadonlyMap<string, Column> =>
  new Map(columns.map((column) => [column.name.toLowerCase(), column]));
