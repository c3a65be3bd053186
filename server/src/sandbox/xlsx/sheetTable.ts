import { type Value, type ValueMakers } from '../../duckdb/values.ts';
import { uniqueNames } from '../uniqueNames.ts';
import { type SheetCell, type SheetRow } from './sheetRows.ts';

/** A column of a sheet's table. */
interface SheetColumn {
  /** Index in the sheet, from 0. */
  readonly index: number;
  readonly name: string;
  readonly type: 'BIGINT' | 'DOUBLE' | 'BOOLEAN' | 'DATE' | 'TIMESTAMP' | 'TIME' | 'VARCHAR';
}

/** The table in a sheet. */
export interface SheetTable {
  /** Number of the row with the names; 0 without one. The data are below. */
  readonly headerRow: number;
  /** Columns with a name or a value. */
  readonly columns: readonly SheetColumn[];
}

type Kind = SheetCell['kind'] | 'fraction';

/**
 * Finds the table of a sheet from all its rows, in order. The header is the first row with text in at least two cells
 * that has more cells than each row above it, such as titles; in a sheet of one column it is a text in the first row.
 * Without such a row every row is data.
 */
export class TableFinder {
  #headerRow = 0;
  #header: ReadonlyMap<number, SheetCell> = new Map();
  #isSettled = false;
  #widest = 0;
  readonly #kinds = new Map<number, Set<Kind>>();

  add({ number, cells }: SheetRow): void {
    const filled = [...cells.values()].filter(({ value }) => value !== '');
    const textCount = filled.filter(({ kind }) => kind === 'text').length;
    const isTitle = this.#widest === 0 && filled.length === 1 && textCount === 1;
    if (isTitle || (!this.#isSettled && textCount >= 2 && filled.length > this.#widest)) {
      this.#headerRow = number;
      this.#header = cells;
      this.#isSettled = textCount >= 2;
      this.#kinds.clear();
    } else {
      for (const [column, cell] of cells) this.#addCell(column, cell);
    }
    this.#widest = Math.max(this.#widest, filled.length);
  }

  /** The table of the rows so far. */
  get table(): SheetTable {
    const named = [...this.#header].filter(([, { value }]) => value !== '').map(([index]) => index);
    const indexes = [...new Set([...named, ...this.#kinds.keys()])].sort((a, b) => a - b);
    const names = uniqueNames(indexes.map((index) => textOf(this.#header.get(index)).trim().replaceAll('\0', '')));
    return {
      headerRow: this.#headerRow,
      columns: indexes.map((index, at) => ({ index, name: names[at] ?? '', type: typeOf(this.#kinds.get(index)) })),
    };
  }

  #addCell(column: number, cell: SheetCell): void {
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

/** The value of a cell in a column of a type that holds it; an empty text is NULL unless the column is text. */
export function valueOf(cell: SheetCell | undefined, type: SheetColumn['type'], make: ValueMakers): Value {
  if (cell === undefined) return null;
  if (type === 'VARCHAR') return textOf(cell);
  const { value } = cell;
  if (typeof value === 'string') return null;
  if (typeof value === 'boolean' || type === 'DOUBLE') return value;
  if (type === 'BIGINT') return BigInt(value);
  if (type === 'DATE') return make.date(value / 86_400_000);
  return type === 'TIME' ? make.time(BigInt(value) * 1000n) : make.timestamp(BigInt(value) * 1000n);
}

/** A cell as text: times as in ISO 8601 with a space, without a fraction of zero. */
function textOf(cell: SheetCell | undefined): string {
  if (cell === undefined) return '';
  const { kind, value } = cell;
  if (kind !== 'date' && kind !== 'timestamp' && kind !== 'time') return String(value);
  const text = new Date(value).toISOString().replace('T', ' ').replace('Z', '');
  if (kind === 'date') return text.slice(0, 10);
  return (kind === 'time' ? text.slice(11) : text).replace(/\.000$/, '');
}
