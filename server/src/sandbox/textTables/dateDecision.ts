import { PondError } from '../../base/error.ts';
import { ambiguousError } from './ambiguousDates.ts';
import { differingDate, hasOrder, possibleOrders } from './columnOrders.ts';
import { type Notation } from './notation.ts';
import { type FileColumn } from './sourceColumn.ts';
import { type DateOrder, dateOrders } from './dateShape.ts';

/** The order of day and month in a column, and what decided it. */
export interface DecidedOrder {
  readonly order: DateOrder;
  readonly decidedBy: string;
}

/** Decides the order of ambiguous dates by what the files of a source show. */
export class OrderDecision {
  readonly #notation: Notation;
  readonly #certain: ReadonlyMap<DateOrder, string>;

  constructor(notation: Notation) {
    this.#notation = notation;
    this.#certain = new Map(notation.orders.map(({ order, path }) => [order, path]));
  }

  /**
   * The order of a column of dates; undefined when its form leaves no choice. Fails `ambiguous-dates` when nothing
   * decides, and `invalid-content`, with the line, for a date that the stated order cannot read.
   */
  of({ pondPath, name, facts }: FileColumn, stated: string | undefined): DecidedOrder | undefined {
    if (!hasOrder(facts)) return undefined;
    const possible = possibleOrders(facts);
    const wanted = dateOrders.find((order) => order === stated);
    if (wanted !== undefined) {
      if (!possible.includes(wanted)) throw contradiction({ pondPath, name, facts }, wanted);
      return { order: wanted, decidedBy: 'stated' };
    }
    const [first, ...others] = possible;
    if (first === undefined || others.length === 0) return first && { order: first, decidedBy: pondPath };
    const [fitting, ...more] = possible.filter((order) => this.#certain.has(order));
    if (fitting !== undefined && more.length === 0)
      return { order: fitting, decidedBy: this.#certain.get(fitting) ?? '' };
    const text = differingDate(facts, possible);
    if (text === undefined) return { order: first, decidedBy: 'all orders agree' };
    const undecided = [...this.#notation.openDates, pondPath];
    throw ambiguousError({ pondPath, column: name, text, orders: possible }, undecided);
  }
}

function contradiction(
  { pondPath, name, facts }: Pick<FileColumn, 'pondPath' | 'name' | 'facts'>,
  order: DateOrder,
): PondError {
  const shapes = [...facts.shapes.values()].filter((shape) => shape.hasOrder && !shape.possible.includes(order));
  const value = shapes.map((shape) => shape.excluded.get(order)).find((each) => each !== undefined);
  const found = value === undefined ? `"${shapes[0]?.example ?? ''}"` : `"${value.text}" in line ${value.line}`;
  return new PondError(
    'invalid-content',
    `${pondPath} cannot be read: ${found}, column "${name}", is not a date in the stated order, ${order}`,
    { path: pondPath, hint: 'Change the stated `dates`, or state another order for this file.' },
  );
}
