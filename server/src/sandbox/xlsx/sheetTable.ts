import { plural } from '../../base/plural.ts';
import { PondError } from '../../base/error.ts';
import { type SqlType } from '../../duckdb/sqlType.ts';
import { type Value, type ValueMakers } from '../../duckdb/values.ts';
import { type TextFormat } from '../textFormat.ts';
import { uniqueNames } from '../uniqueNames.ts';
import { requireStatedNames, statedType } from '../textTables/statedType.ts';
import { findSheetLayout, headRowsMax, type SheetLayout, type StatedSheet } from './sheetLayout.ts';
import { type SheetCell, type SheetRow } from './sheetRows.ts';
import { statedTextOf, textOf } from './sheetText.ts';

const columnTypes = ['BIGINT', 'DOUBLE', 'BOOLEAN', 'DATE', 'TIMESTAMP', 'TIME', 'VARCHAR'] as const;

/** A column of a sheet's table. */
export interface SheetColumn {
  /** Index in the sheet, from 0. */
  readonly index: number;
  readonly name: string;
  /** VARCHAR with a `stated` type. */
  readonly type: (typeof columnTypes)[number];
  /** The stated type, where the cells have another one. */
  readonly stated?: SqlType;
  /** From the row of units; empty without one. */
  readonly unit: string;
}

/** The table in a sheet. Rows are as Excel shows them. */
export interface SheetTable {
  /** First row that may have data. */
  readonly firstRow: number;
  /** Row below the last one that may have data. */
  readonly endRow: number;
  /** Columns with a name or a value. */
  readonly columns: readonly SheetColumn[];
}

type Kind = SheetCell['kind'] | 'fraction';

/** Finds the table of a sheet from all its rows, in order. */
export class TableFinder {
  readonly #stated: StatedSheet;
  readonly #nulls: ReadonlySet<string>;
  /** Rows before the layout is known. */
  #head: SheetRow[] = [];
  #layout: SheetLayout | undefined;
  #header: ReadonlyMap<number, SheetCell> = new Map();
  #units: ReadonlyMap<number, SheetCell> = new Map();
  /** The last rows, which may be the footer. */
  readonly #last: SheetRow[] = [];
  readonly #kinds = new Map<number, Set<Kind>>();

  constructor(stated: StatedSheet) {
    this.#stated = stated;
    this.#nulls = new Set(stated.format.nulls);
  }

  /** Fails `invalid-content` for rows above the table that is found. */
  add(row: SheetRow): void {
    if (this.#layout !== undefined) return this.#addRow(row, this.#layout);
    this.#head.push(row);
    if (this.#head.length === headRowsMax) this.#findLayout();
  }

  /** The table of the rows so far. Fails `invalid-content` for rows above it, and a statement that does not fit it. */
  get table(): SheetTable {
    const { firstRow } = this.#layout ?? this.#findLayout();
    const { format, pondPath } = this.#stated;
    const named = [...this.#header].filter(([, { value }]) => value !== '').map(([index]) => index);
    const indexes = [...new Set([...named, ...this.#kinds.keys()])].sort((a, b) => a - b);
    const own = indexes.map((index) => textOf(this.#header.get(index)).trim().replaceAll('\0', ''));
    if (format.names !== undefined && format.names.length !== indexes.length) {
      const counts = `its table has ${plural(indexes.length, 'column')}, and \`names\` has ${format.names.length}`;
      throw new PondError('invalid-content', `${pondPath} cannot be read: ${counts}`, {
        path: pondPath,
        hint: 'State as many `names` as the table has columns.',
      });
    }
    const names = uniqueNames(format.names ?? own);
    requireStatedNames(format, names, pondPath);
    return {
      firstRow,
      endRow: (format.footer ?? 0) > 0 ? (this.#last[0]?.number ?? Infinity) : Infinity,
      columns: indexes.map((index, at) => {
        const name = names[at] ?? '';
        return { index, name, ...this.#typeOf(index, name), unit: textOf(this.#units.get(index)).trim() };
      }),
    };
  }

  /** The type of a column: what is stated, where there is a statement. */
  #typeOf(index: number, name: string): Pick<SheetColumn, 'type' | 'stated'> {
    const found = typeOf(this.#kinds.get(index));
    const stated = statedType(name, this.#stated.format);
    const type = columnTypes.find((each) => each === stated);
    if (stated === undefined || type === found) return { type: found };
    if (type === 'VARCHAR' || (type === 'DOUBLE' && found === 'BIGINT') || (type === 'TIMESTAMP' && found === 'DATE'))
      return { type };
    return { type: 'VARCHAR', stated };
  }

  #findLayout(): SheetLayout {
    const layout = findSheetLayout(this.#head, this.#stated);
    this.#layout = layout;
    this.#header = this.#head.find(({ number }) => number === layout.headerRow)?.cells ?? this.#header;
    this.#units = this.#head.find(({ number }) => number === layout.unitsRow)?.cells ?? this.#units;
    for (const row of this.#head) this.#addRow(row, layout);
    this.#head = [];
    return layout;
  }

  #addRow(row: SheetRow, { firstRow }: SheetLayout): void {
    if (row.number < firstRow) return;
    this.#last.push(row);
    if (this.#last.length <= (this.#stated.format.footer ?? 0)) return;
    for (const [column, cell] of this.#last.shift()?.cells ?? []) this.#addCell(column, cell);
  }

  #addCell(column: number, cell: SheetCell): void {
    if (this.#nulls.has(textOf(cell))) return;
    const kinds = this.#kinds.get(column) ?? new Set();
    this.#kinds.set(column, kinds);
    const isFraction = cell.kind === 'number' && !Number.isSafeInteger(cell.value);
    // An empty text, as formulas give for no value, decides nothing.
    if (cell.value !== '') kinds.add(isFraction ? 'fraction' : cell.kind);
  }
}

function typeOf(kinds: ReadonlySet<Kind> = new Set()): SheetColumn['type'] {
  const isOnly = (...allowed: readonly Kind[]) => kinds.size > 0 && [...kinds].every((kind) => allowed.includes(kind));
  if (isOnly('number')) return 'BIGINT';
  if (isOnly('number', 'fraction')) return 'DOUBLE';
  if (isOnly('boolean')) return 'BOOLEAN';
  if (isOnly('date')) return 'DATE';
  if (isOnly('date', 'timestamp')) return 'TIMESTAMP';
  if (isOnly('time')) return 'TIME';
  return 'VARCHAR';
}

/** Conversion of the values of a column. */
interface ColumnValues extends Pick<SheetColumn, 'type' | 'stated'> {
  readonly format: TextFormat;
  /** Texts that stand for a missing value. */
  readonly nulls: ReadonlySet<string>;
  readonly make: ValueMakers;
}

/** The value of a cell in a column of a type that holds it; an empty text is NULL unless the column is text. */
export function valueOf(cell: SheetCell | undefined, { type, stated, format, nulls, make }: ColumnValues): Value {
  if (cell === undefined || (nulls.size > 0 && nulls.has(textOf(cell)))) return null;
  if (type === 'VARCHAR') return stated === undefined ? textOf(cell) : statedTextOf(cell, format);
  const { value } = cell;
  if (typeof value === 'string') return null;
  if (typeof value === 'boolean' || type === 'DOUBLE') return value;
  if (type === 'BIGINT') return BigInt(value);
  if (type === 'DATE') return make.date(value / 86_400_000);
  return type === 'TIME' ? make.time(BigInt(value) * 1000n) : make.timestamp(BigInt(value) * 1000n);
}
