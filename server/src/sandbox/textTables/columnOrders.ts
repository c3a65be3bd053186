import { type ColumnFacts } from './columnFacts.ts';
import { type DateOrder } from './dateShape.ts';

/** The orders in which all dates of a column can be read; all of them when none of its dates has an order. */
export function possibleOrders({ shapes }: ColumnFacts): readonly DateOrder[] {
  const ordered = [...shapes.values()].filter(({ hasOrder }) => hasOrder);
  const [first] = ordered;
  if (first === undefined) return ['year-first'];
  return first.possible.filter((order) => ordered.every(({ possible }) => possible.includes(order)));
}

/** True for a column with dates whose form leaves the order of day, month and year open. */
export function hasOrder({ shapes }: ColumnFacts): boolean {
  return [...shapes.values()].some((shape) => shape.hasOrder);
}

/** A date of the column that differs between the orders; undefined when all are the same in each. */
export function differingDate({ shapes }: ColumnFacts, orders: readonly DateOrder[]): string | undefined {
  for (const shape of shapes.values()) {
    const text = shape.hasOrder ? shape.differingIn(orders) : undefined;
    if (text !== undefined) return text;
  }
  return undefined;
}
