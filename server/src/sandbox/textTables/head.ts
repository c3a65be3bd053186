import { nameKey } from '../uniqueNames.ts';
import { type HeadColumn, isCountOfColumns, isNamedByNumbers } from './headerNumbers.ts';
import { isName, isNumber, isTime, isValue } from './headField.ts';
import { isLikeRows } from './likeRows.ts';
import { RecordFault } from './recordFault.ts';
import { type RecordOptions, RecordReader } from './records.ts';

/** Rows that decide if a record above them is a header. */
export const belowMax = 200;

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
 * above numbers first and then a word above values, its words look like the values below them, or it has numbers that can be
 * names.
 */
export function isHeader({ trimmed }: HeadRecord, below: readonly HeadRecord[]): boolean | undefined {
  if (trimmed.every((field) => field === '')) return false;
  const rows = below.flatMap((record) => (record.trimmed.length === trimmed.length ? [record.trimmed] : []));
  const columns = trimmed.map((field, index) => ({
    field,
    filled: rows.map((row) => row[index] ?? '').filter((text) => text !== ''),
  }));
  const found = isHeaderByWords(columns);
  if (isLikeRows(trimmed, rows)) return found === false || trimmed.length === 1 ? false : undefined;
  if (found !== false) return found;
  const named = isNamedByNumbers(columns, rows);
  return named === false && isCountOfColumns(trimmed, rows) ? undefined : named;
}

function isHeaderByWords(columns: readonly HeadColumn[]): boolean | undefined {
  const fields = columns.map(({ field }) => field);
  // Numbers separated by spaces are one field, which is no value and no name either.
  if (!fields.some(isValue) && fields.some((field) => /\p{L}/u.test(field) && isName(field))) return true;
  if (columns.some(({ field, filled }) => isTime(field) && filled.some(isTime))) return false;
  if (!columns.some(({ field, filled }) => isName(field) && areValues(filled))) return false;
  const first = columns.find(({ field }) => field !== '');
  return first !== undefined && isNumber(first.field) && areValues(first.filled) ? undefined : true;
}

const areValues = (texts: readonly string[]): boolean => texts.length > 0 && texts.every(isValue);

/** True when a record names columns of a header again: it begins a table of other columns, or the same one. */
export function repeatsHeader(fields: readonly string[], header: readonly string[]): boolean {
  if (fields.length < 2 || header.length < 2 || fields.some(isValue)) return false;
  const known = new Set(header.map(nameKey));
  const same = fields.filter((field) => field !== '' && known.has(nameKey(field))).length;
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
