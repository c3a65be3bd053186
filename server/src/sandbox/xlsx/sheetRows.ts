import { isoTimeMs } from '../../base/isoTime.ts';
import { unescapedText } from './cellText.ts';
import { msOfSerial } from './timeFormat.ts';
import { type Workbook } from './workbook.ts';
import { parseXml } from './xml.ts';

const rowsMax = 1_048_576;
const columnsMax = 16_384;
/** Characters of a cell, of which Excel allows 32,767. */
const textLengthMax = 4 * 1024 ** 2;

/** The value of a cell. Times are milliseconds since 1970, or since midnight. */
export type SheetCell =
  | { readonly kind: 'text' | 'error'; readonly value: string }
  | { readonly kind: 'number' | 'date' | 'timestamp' | 'time'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean };

/** A row with at least one cell. */
export interface SheetRow {
  /** From 1, as Excel shows it. */
  readonly number: number;
  /** By column, from 0. */
  readonly cells: ReadonlyMap<number, SheetCell>;
}

/** Content of one cell in the file. */
interface RawCell {
  readonly column: number;
  readonly type: string;
  readonly style: number;
  text: string;
  hasValue: boolean;
  hasFormula: boolean;
}

/**
 * Yields the rows of a sheet that have cells, some at a time. Throws an Error with the reason for malformed content, and
 * for a formula without a value, which a program wrote that does not compute.
 */
export async function* sheetRows(
  content: AsyncIterable<Uint8Array>,
  workbook: Workbook,
): AsyncIterable<readonly SheetRow[]> {
  const reader = new RowReader(workbook);
  for await (const _ of parseXml(content, reader.handler)) {
    const rows = reader.take();
    if (rows.length > 0) yield rows;
  }
  const rows = reader.take();
  if (rows.length > 0) yield rows;
}

/** Collects the rows of a sheet from its elements. */
class RowReader {
  readonly #workbook: Workbook;
  #rows: SheetRow[] = [];
  #number = 0;
  #cells = new Map<number, SheetCell>();
  #nextColumn = 0;
  #cell: RawCell | undefined;
  #isText = false;
  #isPhonetic = false;

  readonly handler = {
    open: (name: string, attributes: Readonly<Record<string, string>>): void => this.#open(name, attributes),
    text: (text: string): void => {
      if (!this.#isText || this.#cell === undefined) return;
      this.#cell.text += text;
      if (this.#cell.text.length > textLengthMax) throw new Error('it has a text that is too long');
    },
    close: (name: string): void => this.#close(name),
  };

  constructor(workbook: Workbook) {
    this.#workbook = workbook;
  }

  /** The rows since the last call. */
  take(): readonly SheetRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  #open(name: string, attributes: Readonly<Record<string, string>>): void {
    const cell = this.#cell;
    if (name === 'row') this.#openRow(attributes['r']);
    else if (name === 'c') this.#openCell(attributes);
    else if (name === 'rPh') this.#isPhonetic = true;
    else if (cell !== undefined && name === 'f') cell.hasFormula = true;
    else if (cell !== undefined && (name === 'v' || name === 'is')) cell.hasValue = true;
    this.#isText = name === 'v' || (name === 't' && !this.#isPhonetic);
  }

  #openRow(reference: string | undefined): void {
    const number = reference === undefined ? this.#number + 1 : Number(reference);
    if (!Number.isInteger(number) || number <= this.#number || number > rowsMax) {
      throw new Error(`its row ${reference ?? number} is out of order or of range`);
    }
    this.#number = number;
    this.#cells = new Map();
    this.#nextColumn = 0;
  }

  #openCell({ r: reference, t: type = 'n', s: style = '0' }: Readonly<Record<string, string>>): void {
    const column = reference === undefined ? this.#nextColumn : columnOf(reference);
    if (column === undefined || column >= columnsMax)
      throw new Error(`its cell ${reference ?? column} is out of range`);
    this.#nextColumn = column + 1;
    this.#cell = { column, type, style: Number(style), text: '', hasValue: false, hasFormula: false };
  }

  #close(name: string): void {
    this.#isText = false;
    if (name === 'rPh') this.#isPhonetic = false;
    if (name === 'row' && this.#cells.size > 0) this.#rows.push({ number: this.#number, cells: this.#cells });
    if (name !== 'c' || this.#cell === undefined) return;
    const raw = this.#cell;
    this.#cell = undefined;
    const at = `${columnName(raw.column)}${this.#number}`;
    const isEmpty = raw.type !== 'str' && raw.type !== 'inlineStr' && raw.text.trim() === '';
    // XlsxWriter stores 0 for each formula, and leaves the computation to the program that opens the file.
    const isUncomputed = isEmpty || this.#workbook.isToBeComputed;
    if (raw.hasFormula && isUncomputed) {
      const what = isEmpty ? 'without a value' : 'whose value is not computed yet';
      throw new Error(`its cell ${at} has a formula ${what}; open the file in Excel or LibreOffice and save it`);
    }
    // Some programs write an element without a value for an empty cell.
    if (!isEmpty || (raw.hasValue && raw.type !== 'n')) this.#cells.set(raw.column, cellOf(raw, at, this.#workbook));
  }
}

function cellOf({ type, style, text }: RawCell, at: string, { texts, styles, is1904 }: Workbook): SheetCell {
  if (type === 's') {
    const value = texts[Number(text)];
    if (text === '' || value === undefined) throw new Error(`its cell ${at} refers to a text that is missing`);
    return { kind: 'text', value };
  }
  if (type === 'inlineStr' || type === 'str') return { kind: 'text', value: unescapedText(text) };
  if (type === 'e') return { kind: 'error', value: text };
  if (type === 'b') return { kind: 'boolean', value: text.trim() === '1' || text.trim() === 'true' };
  if (type === 'd') return isoCell(text, at);
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new Error(`its cell ${at} is not a number: ${text.slice(0, 40)}`);
  return (
    timeCell(value, styles[style], is1904) ??
    (isDouble(text, value) ? { kind: 'number', value } : { kind: 'text', value: text.trim() })
  );
}

/** Significant digits that a double may need. */
const doubleDigits = 17;

/** False for a number that Excel cannot have computed, since it has more digits than its type: an id that a program wrote. */
function isDouble(text: string, value: number): boolean {
  if (/^\s*[+-]?\d+\s*$/.test(text)) return Number.isSafeInteger(value) || BigInt(text) === BigInt(value);
  const digits = text
    .trim()
    .replace(/e.*$/i, '')
    .replace(/[^\d]/g, '')
    .replace(/^0+|0+$/g, '');
  return digits.length <= doubleDigits;
}

/** A number whose format shows a time; undefined where the number is none. */
function timeCell(value: number, format: Workbook['styles'][number], is1904: boolean): SheetCell | undefined {
  if (format === undefined) return undefined;
  // A time of day with a date is a time of that day, whatever its format shows of it.
  if (format === 'time' && value >= 0 && value < 1) return { kind: 'time', value: Math.round(value * 86_400_000) };
  const ms = msOfSerial(value, is1904);
  if (ms === undefined) return undefined;
  return { kind: format === 'date' && ms % 86_400_000 === 0 ? 'date' : 'timestamp', value: ms };
}

function isoCell(text: string, at: string): SheetCell {
  const isDate = /^\d{4}-\d\d-\d\d$/.test(text);
  const ms = isoTimeMs(isDate || text.endsWith('Z') ? text : `${text}Z`);
  if (ms === undefined) throw new Error(`its cell ${at} is not a time: ${text.slice(0, 40)}`);
  return { kind: isDate ? 'date' : 'timestamp', value: ms };
}

/** The 0-based column of a reference such as `B2`; undefined for a text that is not a reference. */
function columnOf(reference: string): number | undefined {
  const letters = /^([A-Z]{1,3})\d+$/.exec(reference)?.[1];
  if (letters === undefined) return undefined;
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/** Returns the name of a column by its index, from 0: A, B, … Z, AA, … */
export function columnName(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : columnName(Math.floor(index / 26) - 1) + last;
}
