import { type FormatOffer } from './description.ts';
import { type HeadRecord } from './head.ts';
import { isValue } from './headField.ts';

/** Records below a header that may be other than rows, at most. */
const headMax = 3;

/** Widths and kinds of columns, as files of the USGS have them: 15s, 20d, 14n. */
const columnWidth = /^\d+[sdn]$/;

/**
 * The options to read a table whose first records are of words, above columns of values: as a row of units, and lines below
 * it. Undefined for any other. `records` are those below the header, at least as many as decide.
 */
export function offerOfUnits(records: readonly HeadRecord[]): FormatOffer | undefined {
  let count = 0;
  while (count < headMax && isOfWords(records[count], records.slice(count + 1))) count += 1;
  const [first, last] = [records[0], records[count - 1]];
  if (first === undefined || last === undefined) return undefined;
  const lines = count === 1 ? `line ${first.line} has` : `lines ${first.line} to ${last.line} have`;
  const filled = first.trimmed.filter((field) => field !== '');
  const areWidths = filled.every((field) => columnWidth.test(field));
  return {
    reason: `${lines} words above values, as ${areWidths ? 'the widths of columns' : 'units'} are`,
    format: areWidths ? { below: count } : { units: true, ...(count > 1 && { below: count - 1 }) },
  };
}

/** True for a record of words in the columns whose fields below it are mostly values. */
function isOfWords(record: HeadRecord | undefined, below: readonly HeadRecord[]): boolean {
  if (record === undefined || below.length === 0) return false;
  const rows = below.filter(({ trimmed }) => trimmed.length === record.trimmed.length);
  const fields = record.trimmed.filter((field, index) => field !== '' && isOfValues(rows, index));
  const words = fields.filter((field) => !isValue(field));
  return words.length > 0 && words[0] === fields[0] && words.length * 2 >= fields.length;
}

function isOfValues(rows: readonly HeadRecord[], index: number): boolean {
  const filled = rows.map(({ trimmed }) => trimmed[index] ?? '').filter((field) => field !== '');
  return filled.length > 0 && filled.filter(isValue).length * 2 >= filled.length;
}
