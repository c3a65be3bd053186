import { plural } from '../../base/plural.ts';
import { PondError } from '../../base/error.ts';
import { type TextFormat } from '../textFormat.ts';
import { areRows, belowMax, type HeadRecord, isHeader, repeatsHeader } from './head.ts';
import { isName, isValue } from './headField.ts';
import { namesAboveValues } from './headerAgain.ts';
import { isLikeRows } from './likeRows.ts';
import { mayHaveUnits, offerOfUnits } from './rowsOfUnits.ts';

/** The records in which the start is found. */
interface Records {
  readonly records: readonly HeadRecord[];
  /** Their usual number of fields. */
  readonly width: number;
  /** True when nearly all of them have one field. */
  readonly isList: boolean;
}

/** Format that is stated for the file, and its path for messages. */
interface Stated {
  readonly format: TextFormat;
  readonly pondPath: string;
  /** The word for a line in messages; a line if undefined. */
  readonly line?: 'line' | 'row';
  /** The line of a comment right above the records that may have the names of the columns. */
  readonly commentLine?: number | undefined;
}

/** The first record of the table, which is its header or a row. */
interface Placed {
  /** Undefined for a file without records. */
  readonly start: HeadRecord | undefined;
  readonly hasHeader: boolean;
  readonly width: number;
}

/** Finds the first record of a table. Fails `invalid-content` for rows above the table that is found. */
export function place({ records, width, isList }: Records, head: Stated): Placed {
  const { format } = head;
  const isFixed = format.skip !== undefined || isList;
  const at = isFixed ? 0 : records.findIndex((_, index) => isStart(records, index, width));
  const start = records[Math.max(at, 0)];
  if (start === undefined) return { start, hasHeader: format.header ?? format.names === undefined, width: 0 };
  const padded = isFixed || format.header === false ? undefined : headerBelowPadding(records, width);
  if (padded !== undefined) return placeBelowPadding(padded, { records, width, isList }, head);
  const below = records.slice(Math.max(at, 0) + 1, at + belowMax);
  const hasHeader = format.header ?? isHeader(start, below);
  const isOfWords =
    head.commentLine !== undefined && hasHeader === true && namesAboveValues(start.trimmed, below).length === 0;
  if (hasHeader === undefined || isOfWords) throw headerOrRow(start, head);
  if (isFixed || at <= 0) {
    if (!hasHeader && format.header === undefined && !isFixed) requireNoHeaderBelow(start, below, head);
    if (hasHeader && !isFixed) requireNoWiderBelow(start, below, head);
    return { start, hasHeader, width: start.fields.length };
  }
  return placeBelow(records.slice(0, at), start, { below, hasHeader, width }, head);
}

function isStart(records: readonly HeadRecord[], index: number, width: number): boolean {
  if (records[index]?.fields.length !== width) return false;
  const next = records[index + 1];
  return next === undefined || next.fields.length === width;
}

/** A header, and the index of its record. */
interface PaddedHeader {
  readonly header: HeadRecord;
  readonly index: number;
}

/**
 * The header below lines that delimiters fill up to its width, as spreadsheets write a preamble; undefined for a table that
 * begins with its header, and for rows above it.
 */
function headerBelowPadding(records: readonly HeadRecord[], width: number): PaddedHeader | undefined {
  const widths = records.filter(({ fields }) => fields.length === width).map(filledWidth);
  for (const least of new Set([Math.max(...widths), mostFrequent(widths)])) {
    const index = records.findIndex((each) => filledWidth(each) >= least && areWords(each));
    const header = records[index];
    if (header === undefined || index === 0 || header.fields.length !== width) continue;
    const above = records.slice(0, index);
    const ofWidth = above.filter(({ fields }) => fields.length === width);
    // A name and its value fill a table of two columns.
    const isPadded = ofWidth.every((each) => filledWidth(each) < Math.max(filledWidth(header), 3));
    if (ofWidth.length === 0 || !isPadded || areRows(above.map(unpadded))) continue;
    const rows = records.slice(index + 1, index + belowMax);
    if (isLikeOthers(header, [...above, ...rows])) continue;
    if (namesAboveValues(header.trimmed, rows).length > 0) return { header, index };
  }
  return undefined;
}

/** True for a record of words alone, as a header is; some of its names may be empty. */
function areWords({ trimmed }: HeadRecord): boolean {
  const filled = trimmed.filter((field) => field !== '');
  return filled.length > 1 && filled.every(isName);
}

function mostFrequent(numbers: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const each of numbers) counts.set(each, (counts.get(each) ?? 0) + 1);
  return [...counts].reduce((one, other) => (other[1] > one[1] ? other : one), [0, 0])[0];
}

/** Number of fields up to the last one with a text. */
const filledWidth = ({ trimmed }: HeadRecord): number => trimmed.findLastIndex((field) => field !== '') + 1;

function unpadded(record: HeadRecord): HeadRecord {
  const width = filledWidth(record);
  return { line: record.line, fields: record.fields.slice(0, width), trimmed: record.trimmed.slice(0, width) };
}

/** Fails `invalid-content` for lines that fill most of the header's columns: they can be a header and rows as well. */
function placeBelowPadding({ header, index }: PaddedHeader, { records, width }: Records, head: Stated): Placed {
  const above = records.slice(0, index);
  if (above.some((record) => filledWidth(record) * 2 > filledWidth(header))) throw rowsAbove(header, records, head);
  return { start: header, hasHeader: true, width };
}

interface Found {
  readonly below: readonly HeadRecord[];
  readonly hasHeader: boolean;
  readonly width: number;
}

/** The table below records of other widths: a preamble, rows of the same table, or its header. */
function placeBelow(
  above: readonly HeadRecord[],
  start: HeadRecord,
  { below, hasHeader, width }: Found,
  head: Stated,
): Placed {
  const last = above.at(-1);
  const rows = [start, ...below];
  // Words above words are a header by their place alone.
  const isCertain = hasHeader && namesAboveValues(start.trimmed, below).length > 0;
  if (!isCertain && last !== undefined && !areRows(above.slice(0, -1))) {
    if (isEndedByDelimiter(last, rows, width)) return { start: last, hasHeader: true, width };
    const ended = withoutLast(last, width);
    if (ended !== undefined) return { start: ended, hasHeader: true, width };
    const isShort = width > 2 && last.fields.length === width - 1 && isNames(last);
    if (isShort) throw hasHeader ? rowsAbove(start, below, head) : unnamedColumn(last, width, head);
  }
  const first = above.find((record, index) => {
    if (isHeader(record, [...above.slice(index + 1), start]) && repeatsHeader(start.trimmed, record.trimmed))
      return true;
    // The lines below it are at fault.
    const isNamed = !isCertain && record.fields.length === width && isNames(record);
    return isNamed && (hasHeader || namesAboveValues(record.trimmed, rows).length > 0);
  });
  if (first !== undefined) return { start: first, hasHeader: true, width: first.fields.length };
  if (hasHeader && !areRows(above)) return { start, hasHeader, width };
  throw rowsAbove(hasHeader ? start : (namedBelow(below, width) ?? start), below, head);
}

/** The first record with a name in each of the columns, some of which have values below it. */
function namedBelow(records: readonly HeadRecord[], width: number): HeadRecord | undefined {
  const index = records.findIndex((record) => record.fields.length === width && isNames(record));
  const header = records[index];
  return header && namesAboveValues(header.trimmed, records.slice(index + 1)).length > 0 ? header : undefined;
}

/** True for a header whose rows have one more field, which is always empty: a delimiter ends their lines. */
function isEndedByDelimiter(header: HeadRecord, rows: readonly HeadRecord[], width: number): boolean {
  if (header.fields.length !== width - 1 || header.trimmed.some(isValue)) return false;
  return rows.every((row) => row.fields.length !== width || row.trimmed.at(-1) === '');
}

const isNames = ({ trimmed }: HeadRecord): boolean => trimmed.every(isName);

/** A header that ends with a delimiter, unlike its rows, without the empty name; undefined for any other record. */
function withoutLast({ line, fields, trimmed }: HeadRecord, width: number): HeadRecord | undefined {
  const header = { line, fields: fields.slice(0, -1), trimmed: trimmed.slice(0, -1) };
  return fields.length === width + 1 && trimmed.at(-1) === '' && isNames(header) ? header : undefined;
}

/** The error of a header with one name less than its rows have fields, as R writes names of rows. */
function unnamedColumn({ line, trimmed }: HeadRecord, width: number, { pondPath }: Stated): PondError {
  const stated = { skip: line, header: false };
  const formats = [
    ['row', ...trimmed],
    [...trimmed, `column${width - 1}`],
  ].map((names) => ({ ...stated, names }));
  return new PondError(
    'invalid-content',
    `${pondPath} cannot be read: the header in line ${line} has ${plural(width - 1, 'name')}, and the lines below it have ${width} fields`,
    {
      path: pondPath,
      formats,
      hint: `State \`skip: ${line}\`, \`header: false\` and the \`names\` of all columns, such as [${formats[0]?.names.join(', ')}].`,
    },
  );
}

/** The error of a record that can be the header or the first row. */
function headerOrRow({ line }: HeadRecord, { pondPath, line: word = 'line', commentLine }: Stated): PondError {
  const stated = [{ header: true }, { header: false }];
  const hint = `State \`header: true\` if the ${word} has the names of the columns, or \`header: false\` if it is a row.`;
  const message = `${pondPath} cannot be read: ${word} ${line} can be a header or a row`;
  if (commentLine === undefined)
    return new PondError('invalid-content', `${message}: its fields do not show which`, {
      path: pondPath,
      formats: stated,
      hint,
    });
  const skip = commentLine - 1;
  return new PondError('invalid-content', `${message}, as line ${commentLine} may have the names`, {
    path: pondPath,
    formats: [{ skip }, ...stated],
    hint: `${hint} State \`skip: ${skip}\` if line ${commentLine} has the names.`,
  });
}

/** True for a row of words, such as `WX3,OFF` below `WX1,5`. */
function isLikeOthers(record: HeadRecord, records: readonly HeadRecord[]): boolean {
  const { trimmed } = record;
  const others = records.filter((each) => each !== record && each.trimmed.length === trimmed.length);
  return isLikeRows(
    trimmed,
    others.map((each) => each.trimmed),
  );
}

function requireNoHeaderBelow(start: HeadRecord, below: readonly HeadRecord[], head: Stated): void {
  const width = start.fields.length;
  const header = below.find((record, index) => {
    const { trimmed } = record;
    if (trimmed.length !== width || new Set(trimmed).size !== width || !isNames(record)) return false;
    return isAboveRows(below.slice(index + 1)) && !isLikeOthers(record, [start, ...below]);
  });
  if (header !== undefined) throw rowsAbove(header, below, head);
}

/** True for records that begin with a row of values, also below lines of units and the like. */
const isAboveRows = (records: readonly HeadRecord[]): boolean =>
  records[0]?.trimmed.some(isValue) === true || offerOfUnits(records) !== undefined;

/**
 * Fails for words above the header of a table with more names, below which are values: a preamble with as many lines as the
 * table has, or one that delimiters fill up to the width of the table.
 */
function requireNoWiderBelow(start: HeadRecord, below: readonly HeadRecord[], head: Stated): void {
  const width = start.fields.length;
  const isFilledUp = start.trimmed.filter((field) => field !== '').length * 2 < width;
  const alike = below.filter(({ fields }) => fields.length === width);
  if (!isFilledUp && namesAboveValues(start.trimmed, alike).length > 0) return;
  const header = below.find((record, index) => {
    const isWider = record.fields.length > width || (isFilledUp && record.fields.length === width);
    if (!isWider || !isNames(record)) return false;
    return namesAboveValues(record.trimmed, below.slice(index + 1)).length > 0;
  });
  if (header !== undefined) throw rowsAbove(header, below, head);
}

/** The error of records above a header or a row: one of `records`, or the one above them. */
function rowsAbove(
  start: HeadRecord,
  records: readonly HeadRecord[],
  { pondPath, format, line: word = 'line' }: Stated,
): PondError {
  const { line, fields } = start;
  const units = mayHaveUnits(format) ? offerOfUnits(records.slice(records.indexOf(start) + 1))?.format : undefined;
  return new PondError(
    'invalid-content',
    `${pondPath} cannot be read: ${word} ${line} begins a table of ${plural(fields.length, 'column')}, and the ${word}s before it have rows of another width or no header`,
    {
      path: pondPath,
      formats: [{ skip: line - 1, ...units }, { skip: 0 }],
      hint: `State \`skip: ${line - 1}\` to leave those ${word}s out, or \`skip: 0\` to begin with the first.`,
    },
  );
}
