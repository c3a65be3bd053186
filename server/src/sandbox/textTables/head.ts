import { isName, isNumber, isTime, isValue, isWord } from './headField.ts';
import { isLikeRows } from './likeRows.ts';
import { RecordFault } from './recordFault.ts';
import { type RecordOptions, RecordReader } from './records.ts';

/** A record of the first lines of a file. */
export interface HeadRecord {
  /** 1-based. */
  readonly line: number;
  readonly fields: readonly string[];
  /** The same fields without spaces around them. */
  readonly trimmed: readonly string[];
}

/** Records considered in search of a table. */
const recordsMax = 1000;

/** The records of the first bytes of a file, without blank lines and comments; those up to one that cannot be divided. */
export function headRecords(bytes: Buffer, isWhole: boolean, options: RecordOptions): readonly HeadRecord[] {
  const records: HeadRecord[] = [];
  const reader = new RecordReader(options, (record) => {
    if (!record.isBlank && !record.isWhole) {
      const fields = record.texts();
      records.push({ line: record.line, fields, trimmed: fields.map((field) => field.trim()) });
    }
    return records.length < recordsMax;
  });
  try {
    reader.read(bytes, isWhole);
  } catch (error) {
    // The file's own reading reports it.
    if (!(error instanceof RecordFault)) throw error;
  }
  return records;
}

/**
 * True for a record that names the columns of the records below it; undefined where it can be a row too: it has a number
 * above numbers first and then a word above values, its words look like the values below them, or it has only numbers from 0 on.
 */
export function isHeader({ trimmed }: HeadRecord, below: readonly HeadRecord[]): boolean | undefined {
  if (trimmed.every((field) => field === '')) return false;
  const rows = below.filter((record) => record.trimmed.length === trimmed.length);
  const found = isHeaderByWords(trimmed, rows);
  const texts = rows.map((row) => row.trimmed);
  if (found === true && isLikeRows(trimmed, texts)) return trimmed.length === 1 ? false : undefined;
  return found === false && isCountOfColumns(trimmed, rows) ? undefined : found;
}

function isHeaderByWords(fields: readonly string[], rows: readonly HeadRecord[]): boolean | undefined {
  // Numbers separated by spaces are one field, which is no value and no name either.
  if (!fields.some(isValue) && fields.some((field) => /\p{L}/u.test(field) && isName(field))) return true;
  const columns = fields.map((field, index) => ({
    field,
    filled: rows.map((row) => row.trimmed[index] ?? '').filter((text) => text !== ''),
  }));
  if (columns.some(({ field, filled }) => isTime(field) && filled.some(isTime))) return false;
  if (columns.some(({ field, filled }) => isName(field) && areValues(filled))) {
    const first = columns.find(({ field }) => field !== '');
    return first !== undefined && isNumber(first.field) && areValues(first.filled) ? undefined : true;
  }
  return namesTimes(columns) || namesCount(fields, rows);
}

const areValues = (texts: readonly string[]): boolean => texts.length > 0 && texts.every(isValue);

/** True for dates and times above numbers, next to names: a table with a column for each day or hour. */
function namesTimes(columns: readonly { readonly field: string; readonly filled: readonly string[] }[]): boolean {
  const times = columns.filter(({ field }) => isValue(field) && !isNumber(field) && !isWord(field));
  if (times.length === 0 || columns.every(({ field }) => isValue(field))) return false;
  return times.every(({ filled }) => filled.length > 0 && filled.every(isNumber));
}

/** Years in a header. */
const year = /^(1[89]|2[01])\d\d$/;

/** Numbers that count up from 0 or 1 are names from this number of them on. */
const countMin = 3;

/** True for years above other numbers, and for numbers from 0 or 1 on, that count up next to names, unlike the rows below. */
function namesCount(fields: readonly string[], rows: readonly HeadRecord[]): boolean {
  const from = fields.findIndex(isValue);
  const numbers = fields.slice(from);
  if (from < 1 || numbers.length < 2 || !countsUp(numbers) || rows.length === 0) return false;
  const below = rows.map(({ trimmed }) => trimmed.slice(from));
  if (numbers.every((field) => year.test(field))) {
    const texts = below.flat().filter((text) => text !== '');
    return texts.filter((text) => year.test(text)).length * 2 < texts.length;
  }
  return numbers.length >= countMin && /^[01]$/.test(numbers[0] ?? '') && !below.every(countsUp);
}

/** True for numbers from 0 on next to an empty field above filled ones: the names that pandas gives to columns without names. */
function isCountOfColumns([first, ...numbers]: readonly string[], rows: readonly HeadRecord[]): boolean {
  if (first !== '' || numbers[0] !== '0' || !countsUp(numbers)) return false;
  return rows.length > 0 && rows.every(({ trimmed }) => trimmed[0] !== '');
}

const countsUp = (texts: readonly string[]): boolean =>
  texts.every((text, index) => /^\d{1,4}$/.test(text) && Number(text) === Number(texts[0]) + index);

/** True when a record names columns of a header again: it begins a table of other columns, or the same one. */
export function repeatsHeader(fields: readonly string[], header: readonly string[]): boolean {
  if (fields.length < 2 || header.length < 2 || fields.some(isValue)) return false;
  const known = new Set(header.map((name) => name.toLowerCase()));
  const same = fields.filter((field) => field !== '' && known.has(field.toLowerCase())).length;
  const isAlike = same >= 2 && same * 2 >= Math.min(fields.length, header.length);
  return isAlike || (fields[0] !== '' && fields[0] === header[0]);
}

/** This many lines with a value in one column, below a line of words, are rows; preambles of two fields have several. */
const rowsMin = 2;
const pairsMin = 3;

/**
 * True when records above a header are rows of a table: not a preamble of words, or of names with a value each. The
 * records have no comments.
 */
export function areRows(above: readonly HeadRecord[]): boolean {
  const filled = above.map(({ trimmed }) => trimmed).filter((fields) => fields.some((field) => field !== ''));
  const wide = filled.filter((fields) => fields.length > 1);
  if (wide.some((fields) => isValue(fields.find((field) => field !== '') ?? ''))) return true;
  return filled.some((head, start) => {
    if (head.length < 2 || head.some(isValue)) return false;
    const below = filled.slice(start + 1);
    const end = below.findIndex(({ length }) => length !== head.length);
    const rows = end < 0 ? below : below.slice(0, end);
    if (rows.length < (head.length === 2 ? pairsMin : rowsMin)) return false;
    return head.some((_, index) => rows.every((row) => isValue(row[index] ?? '')));
  });
}
