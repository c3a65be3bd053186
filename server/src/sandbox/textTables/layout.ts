import { FreeNames } from '../uniqueNames.ts';
import { PondError } from '../../base/error.ts';
import { type TextFormat } from '../textFormat.ts';
import { areRows, headRecords, type HeadRecord, isHeader, isValue, repeatsHeader } from './head.ts';

/** The places of a table in the text of a file. */
export interface TextLayout {
  readonly delimiter: string;
  readonly quote: string;
  /** Stated, or empty: comments that are found are above the header, in `skip`. */
  readonly comment: string;
  /** Lines above the header, or above the first row without a header. */
  readonly skip: number;
  readonly hasHeader: boolean;
  /** Names of the columns of the header, completed; of the first row's fields without a header. */
  readonly names: readonly string[];
}

/** The first bytes of a file in UTF-8, and what is stated about it. */
interface Head {
  readonly bytes: Buffer;
  /** True when the file has no more bytes. */
  readonly isWhole: boolean;
  readonly format: TextFormat;
  readonly pondPath: string;
}

const delimiters = [',', ';', '\t', '|'];

/** A delimiter that occurs in no text: each line is one field. */
export const noDelimiter = '\u001f';

/** Share of the records of several fields below which a file is a list of lines. */
const tableShare = 0.1;

/** Rows that decide if a record above them is a header. */
const belowMax = 200;

/** Finds the table in the first lines of a file. Fails `invalid-content` for rows above the table that is found. */
export function findLayout(head: Head): TextLayout {
  const { format } = head;
  const comment = format.comment ?? '';
  const lines = wholeLines(head);
  const sep = /^"?sep=(.)"?\s*$/i.exec(lines[0] ?? '')?.[1];
  const top = format.skip ?? (sep === undefined ? 0 : 1);
  const comments = format.comment === undefined && format.skip === undefined ? commentsAt(lines, top) : 0;
  const base = { quote: format.quote ?? '"', comment, wholeLines: top + comments };
  const stated = format.delimiter ?? sep;
  const guesses = (stated === undefined ? delimiters : [stated]).map((delimiter) =>
    guessBy(headRecords(head.bytes, head.isWhole, { ...base, delimiter }), delimiter),
  );
  const best = guesses.reduce((one, other) => (isBetter(other, one) ? other : one));
  const guess = stated === undefined && best.isList ? listOf(head, base) : best;
  const placed = place(guess, head);
  const { start } = placed;
  const named = comments > 0 && !placed.hasHeader && format.header === undefined;
  const last = named ? headerInComments(lines[top + comments - 1] ?? '', guess, base) : undefined;
  const skip = last === undefined ? (start === undefined ? top + comments : start.line - 1) : top + comments - 1;
  const hasHeader = placed.hasHeader || last !== undefined;
  const fields = last ?? start?.trimmed ?? [];
  const width = Math.max(fields.length, placed.width);
  return {
    delimiter: guess.delimiter,
    quote: base.quote,
    comment,
    skip,
    hasHeader,
    names: statedNames(head, width, skip + 1) ?? columnNames(hasHeader ? fields : [], width),
  };
}

function statedNames(
  { format: { names }, pondPath }: Head,
  width: number,
  line: number,
): readonly string[] | undefined {
  if (names === undefined || width === 0) return names;
  if (names.length === width) return columnNames(names, width);
  throw new PondError(
    'invalid-content',
    `${pondPath} cannot be read: line ${line} has ${width} fields, and ${names.length} names are stated`,
    { path: pondPath, hint: 'State as many `names` as the lines have fields.' },
  );
}

/** Number of comments at the top: lines that begin with #, when no line below them does. */
function commentsAt(lines: readonly string[], top: number): number {
  const rest = lines.slice(top);
  const end = rest.findIndex((line) => !line.startsWith('#'));
  if (end <= 0 || rest.slice(end).some((line) => line.startsWith('#'))) return 0;
  return end;
}

function wholeLines({ bytes, isWhole }: Head): readonly string[] {
  const lines = bytes.toString('utf8').split(/\r\n|\n|\r/);
  return isWhole ? lines : lines.slice(0, -1);
}

/** The records by one delimiter, with their usual number of fields. */
interface Guess {
  readonly delimiter: string;
  readonly records: readonly HeadRecord[];
  readonly width: number;
  /** Share of the records that have it. */
  readonly share: number;
  /** Share of the fields that are values, or have no other delimiter. */
  readonly clean: number;
  /** True when nearly all records have one field. */
  readonly isList: boolean;
}

function guessBy(records: readonly HeadRecord[], delimiter: string): Guess {
  const counts = new Map<number, number>();
  for (const { fields } of records) counts.set(fields.length, (counts.get(fields.length) ?? 0) + 1);
  const wide = [...counts]
    .filter(([width, count]) => width > 1 && count > 1)
    .sort((a, b) => b[1] - a[1] || b[0] - a[0]);
  const [width, count] = wide[0] ?? [records[0]?.fields.length ?? 1, 1];
  const share = records.length === 0 ? 0 : count / records.length;
  const fields = records.filter((record) => record.fields.length === width).flatMap(({ trimmed }) => trimmed);
  const others = delimiters.filter((other) => other !== delimiter);
  const clean = fields.filter((field) => isValue(field) || others.every((other) => !field.includes(other))).length;
  const isList = width === 1 || share < tableShare;
  return { delimiter, records, width, share, clean: fields.length === 0 ? 0 : clean / fields.length, isList };
}

function isBetter(one: Guess, other: Guess): boolean {
  if (one.isList !== other.isList) return other.isList;
  if (one.share !== other.share) return one.share > other.share;
  if (one.clean !== other.clean) return one.clean > other.clean;
  return one.width > other.width;
}

function listOf({ bytes, isWhole }: Head, base: { quote: string; comment: string; wholeLines: number }): Guess {
  const records = headRecords(bytes, isWhole, { ...base, delimiter: noDelimiter });
  return { ...guessBy(records, noDelimiter), width: 1, isList: true };
}

/** The first record of the table, which is its header or a row. */
interface Placed {
  /** Undefined for a file without records. */
  readonly start: HeadRecord | undefined;
  readonly hasHeader: boolean;
  readonly width: number;
}

function place({ records, width, isList }: Guess, head: Head): Placed {
  const { format } = head;
  const isFixed = format.skip !== undefined || isList;
  const at = isFixed ? 0 : records.findIndex((_, index) => isStart(records, index, width));
  const start = records[Math.max(at, 0)];
  if (start === undefined) return { start, hasHeader: format.header ?? format.names === undefined, width: 0 };
  const below = records.slice(Math.max(at, 0) + 1, at + belowMax);
  const hasHeader = format.header ?? isHeader(start, below);
  if (isFixed || at <= 0) {
    if (!hasHeader && format.header === undefined && !isFixed) requireNoHeaderBelow(start, below, head);
    return { start, hasHeader, width: start.fields.length };
  }
  return placeBelow(records.slice(0, at), start, { below, hasHeader, width }, head);
}

function isStart(records: readonly HeadRecord[], index: number, width: number): boolean {
  if (records[index]?.fields.length !== width) return false;
  const next = records[index + 1];
  return next === undefined || next.fields.length === width;
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
  head: Head,
): Placed {
  const last = above.at(-1);
  if (!hasHeader && last !== undefined && !areRows(above.slice(0, -1))) {
    if (isEndedByDelimiter(last, [start, ...below], width)) return { start: last, hasHeader: true, width };
    const ended = withoutLast(last, width);
    if (ended !== undefined) return { start: ended, hasHeader: true, width };
    if (width > 2 && last.fields.length === width - 1 && isNames(last)) throw unnamedColumn(last, width, head);
  }
  const first = above.find((record, index) => {
    const rows = [...above.slice(index + 1), start];
    return isHeader(record, rows) && repeatsHeader(start.trimmed, record.trimmed);
  });
  if (first !== undefined) return { start: first, hasHeader: true, width: first.fields.length };
  if (hasHeader && !areRows(above)) return { start, hasHeader, width };
  throw rowsAbove(start, head);
}

/** True for a header whose rows have one more field, which is always empty: a delimiter ends their lines. */
function isEndedByDelimiter(header: HeadRecord, rows: readonly HeadRecord[], width: number): boolean {
  if (header.fields.length !== width - 1 || header.trimmed.some(isValue)) return false;
  return rows.every((row) => row.fields.length !== width || row.trimmed.at(-1) === '');
}

const isNames = ({ trimmed }: HeadRecord): boolean => trimmed.every((field) => field !== '' && !isValue(field));

/** A header that ends with a delimiter, unlike its rows, without the empty name; undefined for any other record. */
function withoutLast({ line, fields, trimmed }: HeadRecord, width: number): HeadRecord | undefined {
  const header = { line, fields: fields.slice(0, -1), trimmed: trimmed.slice(0, -1) };
  return fields.length === width + 1 && trimmed.at(-1) === '' && isNames(header) ? header : undefined;
}

/** The error of a header with one name less than its rows have fields, as R writes names of rows. */
function unnamedColumn({ line, trimmed }: HeadRecord, width: number, { pondPath }: Head): PondError {
  const stated = { skip: line, header: false };
  const formats = [
    ['row', ...trimmed],
    [...trimmed, `column${width - 1}`],
  ].map((names) => ({ ...stated, names }));
  return new PondError(
    'invalid-content',
    `${pondPath} cannot be read: the header in line ${line} has ${width - 1} names, and the lines below it have ${width} fields`,
    {
      path: pondPath,
      formats,
      hint: `State \`skip: ${line}\`, \`header: false\` and the \`names\` of all columns, such as [${formats[0]?.names.join(', ')}].`,
    },
  );
}

function requireNoHeaderBelow(start: HeadRecord, below: readonly HeadRecord[], head: Head): void {
  const width = start.fields.length;
  const header = below.find(({ trimmed }, index) => {
    if (trimmed.length !== width || new Set(trimmed).size !== width) return false;
    if (trimmed.some((field) => field === '' || isValue(field))) return false;
    return below[index + 1]?.trimmed.some(isValue) === true;
  });
  if (header !== undefined) throw rowsAbove(header, head);
}

function rowsAbove({ line, fields }: HeadRecord, { pondPath }: Head): PondError {
  return new PondError(
    'invalid-content',
    `${pondPath} cannot be read: line ${line} begins a table of ${fields.length} columns, and the lines before it have rows of another width or no header`,
    {
      path: pondPath,
      formats: [{ skip: line - 1 }, { skip: 0 }],
      hint: `State \`skip: ${line - 1}\` to leave those lines out, or \`skip: 0\` to begin with the first.`,
    },
  );
}

/** The fields of the last comment at the top when they name the columns of the rows below it. */
function headerInComments(
  line: string,
  { delimiter, width }: Guess,
  base: { quote: string; comment: string },
): readonly string[] | undefined {
  const [record] = headRecords(Buffer.from(line), true, { ...base, delimiter, wholeLines: 0 });
  return record?.fields.length === width && width > 1 ? record.trimmed : undefined;
}

/** Names of columns as DuckDB makes them: empty ones are numbered, and later ones of equal names are. */
export function columnNames(fields: readonly string[], width: number): readonly string[] {
  const digits = String(width).length;
  const free = new FreeNames();
  return Array.from({ length: width }, (_, index) => {
    const own = fields[index] ?? '';
    return free.take(own === '' ? `column${String(index).padStart(digits, '0')}` : own);
  });
}
