import { sql, type SqlText } from '../../duckdb/sql.ts';
import { type TextFormat } from '../textFormat.ts';
import { type FormatOffer } from './description.ts';
import { belowMax, type HeadRecord } from './head.ts';
import { isName, isValue } from './headField.ts';

/** Records below a header that may be other than rows, at most. */
const headMax = 3;

/** Widths and kinds of columns, as files of the USGS have them: 15s, 20d, 14n. */
const columnWidth = /^\d+[sdn]$/;

/**
 * The options to read a table whose first records are of words, above columns of values: as a row of units, and lines below
 * it. Undefined for any other. `records` are those below the header, at least as many as decide.
 */
export function offerOfUnits(records: readonly HeadRecord[]): FormatOffer | undefined {
  return offerOf(records, (first, last) => (first === last ? `line ${first} has` : `lines ${first} to ${last} have`));
}

/** True where nothing is stated about the rows below the header. */
export const mayHaveUnits = ({ units, below, header }: TextFormat = {}): boolean =>
  units === undefined && below === undefined && header !== false;

/** SQL of the first rows of a table, as texts. */
export const sheetHeadSql = (table: SqlText): SqlText =>
  sql`SELECT COLUMNS(*)::VARCHAR FROM ${table} LIMIT ${belowMax}`;

/** As offerOfUnits, of the first rows of a table in a sheet. */
export function offerOfSheetUnits(rows: readonly (readonly (string | null)[])[]): FormatOffer | undefined {
  const records = rows.map((row, index) => {
    const fields = row.map((field) => field ?? '');
    return { line: index + 1, fields, trimmed: fields.map((field) => field.trim()) };
  });
  return offerOf(records, (_, count) =>
    count === 1 ? 'the row below the header has' : `the ${count} rows below the header have`,
  );
}

/** `named` is the subject of the sentence, by the first and the last line. */
function offerOf(
  records: readonly HeadRecord[],
  named: (first: number, last: number) => string,
): FormatOffer | undefined {
  let count = 0;
  while (count < headMax && isOfWords(records[count], records.slice(count + 1))) count += 1;
  const [first, last] = [records[0], records[count - 1]];
  if (first === undefined || last === undefined) return undefined;
  const filled = first.trimmed.filter((field) => field !== '');
  const areWidths = filled.every((field) => columnWidth.test(field));
  return {
    reason: `${named(first.line, last.line)} words above values, as ${areWidths ? 'the widths of columns' : 'units'} are`,
    format: areWidths ? { below: count } : { units: true, ...(count > 1 && { below: count - 1 }) },
  };
}

/** True for a record of words in the columns whose fields below it are mostly values. */
function isOfWords(record: HeadRecord | undefined, below: readonly HeadRecord[]): boolean {
  if (record === undefined || below.length === 0) return false;
  const rows = below.filter(({ trimmed }) => trimmed.length === record.trimmed.length);
  const fields = record.trimmed.filter((field, index) => field !== '' && isOfValues(rows, index));
  const words = fields.filter((field) => !isValue(field));
  // A word for a missing value is not a unit, but `-` may be one among others.
  return words.some(isName) && words[0] === fields[0] && words.length * 2 >= fields.length;
}

function isOfValues(rows: readonly HeadRecord[], index: number): boolean {
  const filled = rows.map(({ trimmed }) => trimmed[index] ?? '').filter((field) => field !== '');
  return filled.length > 0 && filled.filter(isValue).length * 2 >= filled.length;
}
