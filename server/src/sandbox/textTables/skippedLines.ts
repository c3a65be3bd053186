import { type CsvTable } from './csvTable.ts';

/** Fields of these forms are values, not words of a preamble. */
const values = [
  /^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i,
  /^\d{1,4}([-/.])\d{1,2}\1\d{1,4}([ T].*)?$/,
  /^\d{1,2}:\d{2}(:\d{2}.*)?$/,
];

/**
 * This many lines with a value in one column, below a line of words, are rows; preambles of two fields have several.
 */
const rowsMin = 2;
const pairsMin = 3;

/**
 * True when lines that would be skipped before the header are rows of a table, or a separate header: not a preamble of
 * words, or of names with a value each. `lines` are all skipped lines, `header` is the line after them, which is the
 * first row when there is no header.
 */
export function areRows(lines: readonly string[], header: string, table: CsvTable): boolean {
  const skipped = withoutComments(lines)
    .map((line) => fieldsOf(line, table))
    .filter((fields) => fields.some((field) => field !== ''));
  const wide = skipped.filter((fields) => fields.length > 1);
  if (wide.length === 0) return false;
  const names = fieldsOf(header, table);
  if (wide.some(beginsWithValue) || !table.hasHeader || names.some(isValue)) return true;
  return wide.slice(0, -1).some((fields) => areSameNames(fields, names)) || hasColumnOfValues(skipped);
}

/** Comments at the top are not rows, regardless of their text. */
function withoutComments(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => !line.startsWith('#'));
  return first < 0 ? [] : lines.slice(first);
}

function beginsWithValue(fields: readonly string[]): boolean {
  return isValue(fields.find((field) => field !== '') ?? '');
}

const isValue = (field: string): boolean => values.some((form) => form.test(field));

/** True when at least half of the fields, and at least two, are names of the header. */
function areSameNames(fields: readonly string[], names: readonly string[]): boolean {
  const known = new Set(names.map((name) => name.toLowerCase()));
  const same = fields.filter((field) => field !== '' && known.has(field.toLowerCase())).length;
  return same >= 2 && same * 2 >= fields.length;
}

/** True for a line of words above lines of the same width that have values in the same column. */
function hasColumnOfValues(lines: readonly (readonly string[])[]): boolean {
  return lines.some((head, start) => {
    if (head.length < 2 || head.some(isValue)) return false;
    const below = lines.slice(start + 1);
    const end = below.findIndex(({ length }) => length !== head.length);
    const rows = end < 0 ? below : below.slice(0, end);
    if (rows.length < (head.length === 2 ? pairsMin : rowsMin)) return false;
    return head.some((_, index) => rows.every((row) => isValue(row[index] ?? '')));
  });
}

/** The fields of a line, without the surrounding quotes and spaces. */
export function fieldsOf(line: string, { delimiter, quote }: Pick<CsvTable, 'delimiter' | 'quote'>): readonly string[] {
  const fields: string[] = [];
  let field = '';
  let isQuoted = false;
  for (let at = 0; at < line.length; at += 1) {
    if (quote !== '' && line[at] === quote) isQuoted = !isQuoted;
    else if (!isQuoted && delimiter !== '' && line.startsWith(delimiter, at)) {
      fields.push(field.trim());
      field = '';
      at += delimiter.length - 1;
    } else field += line[at];
  }
  return [...fields, field.trim()];
}
