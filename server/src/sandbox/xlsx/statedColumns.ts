/** Columns of a sheet whose cells have another type than the stated one: they are read as the values of a text are. */
import { ColumnFacts } from '../textTables/columnFacts.ts';
import { typeOf } from '../textTables/columnType.ts';
import { OrderDecision } from '../textTables/dateDecision.ts';
import { type Notation } from '../textTables/notation.ts';
import { valueRules } from '../textTables/scanFile.ts';
import { testOfType } from '../textTables/statedType.ts';
import { type ReadColumn, readColumn } from '../textTables/valueSql.ts';
import { type StatedSheet } from './sheetLayout.ts';
import { type SheetRow } from './sheetRows.ts';
import { type SheetColumn } from './sheetTable.ts';
import { statedTextOf } from './sheetText.ts';

/** Other files decide nothing about the dates of a sheet. */
const alone: Notation = { columns: [], orders: [], openDates: [], headers: [], alike: [], units: [] };

/** Reads the columns of a sheet that have a `stated` type, from the texts of their cells. */
export class StatedColumns {
  readonly #stated: StatedSheet;
  readonly #columns: readonly { readonly column: SheetColumn; readonly facts: ColumnFacts }[];

  constructor(columns: readonly SheetColumn[], stated: StatedSheet) {
    this.#stated = stated;
    const rules = valueRules(stated.format);
    this.#columns = columns.flatMap((column) =>
      column.stated === undefined
        ? []
        : [{ column, facts: new ColumnFacts({ ...rules, fits: testOfType(column.stated) }) }],
    );
  }

  get isEmpty(): boolean {
    return this.#columns.length === 0;
  }

  add({ number, cells }: SheetRow): void {
    for (const { column, facts } of this.#columns) {
      const text = statedTextOf(cells.get(column.index), this.#stated.format);
      const bytes = Buffer.from(text);
      facts.take({ bytes, starts: [0], ends: [bytes.length], line: number, text: () => text }, 0);
    }
  }

  /**
   * The readings of the texts, by name, once all rows were added. Fails `invalid-content` for one that does not fit its
   * type, with the row, and `ambiguous-dates`.
   */
  get readings(): ReadonlyMap<string, ReadColumn> {
    const { format, pondPath } = this.#stated;
    return new Map(
      this.#columns.map(({ column: { name }, facts }) => {
        const column = { pondPath, delimiter: '', name, facts, sign: undefined };
        const type = typeOf([column], { format, noted: new Map(), sign: undefined });
        const order = type.kind === 'date' ? new OrderDecision(alone).of(column, format.dates)?.order : undefined;
        return [name, readColumn(name, type, facts, { format, order, isLoaded: true })];
      }),
    );
  }
}
