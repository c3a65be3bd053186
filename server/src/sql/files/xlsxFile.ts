/** Results as an Excel workbook with one sheet. */
import { columnName } from '../../sandbox/xlsx/sheetRows.ts';
import { PondError } from '../../base/error.ts';
import { sql, type SqlText } from '../../duckdb/sql.ts';
import { isAnyNumber, isFloat, isTimestamp } from '../../base/typeClass.ts';
import { type Column } from '../../protocol/results.ts';
import { type RowsAsText, rowsOf } from './rowWindows.ts';
import { zip } from './zip.ts';

/** Limits of a sheet. */
const rowsMax = 1_048_576;
const columnsMax = 16_384;
const textLengthMax = 32_767;
/** Excel keeps this many digits of a number. */
const digitsMax = 15;

/** Indexes of the cell formats in styles.xml. */
const dateStyle = 1;
const timestampStyle = 2;

const msPerDay = 86_400_000;
/** Days from 1899-12-30, from which Excel counts, to 1970. */
const epochDays = 25_569;
/** Excel has a day too many before 1900-03-01. */
const firstMs = Date.UTC(1900, 2, 1);
const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * Yields a workbook. Numbers, truth values, dates and timestamps (in UTC) are such cells where a cell can hold the value
 * exactly, else text, as everything else; NULL is an empty cell. Fails `query-failed` beyond the limits of Excel.
 */
export function xlsxFile(rows: RowsAsText): AsyncIterable<Uint8Array> {
  if (rows.rowCount >= rowsMax) throw beyond(`${rowsMax - 1} rows below its header`, `${rows.rowCount} rows`);
  if (rows.columns.length > columnsMax) throw beyond(`${columnsMax} columns`, `${rows.columns.length} columns`);
  const fixed = Object.entries(parts).map(([name, text]) => ({ name, content: [Buffer.from(declaration + text)] }));
  return zip([...fixed, { name: 'xl/worksheets/sheet1.xml', content: sheet(rows) }]);
}

async function* sheet({ columns, windows }: RowsAsText): AsyncIterable<Uint8Array> {
  const names = columns.map((_, index) => columnName(index));
  const row = (number: number, cells: readonly string[]): string => `<row r="${number}">${cells.join('')}</row>`;
  const head = columns.map(({ name }, index) => textCell(`${names[index]}1`, name));
  yield Buffer.from(`${declaration}<worksheet xmlns="${namespace}"><sheetData>${row(1, head)}`);
  let number = 1;
  const cells = columns.map(({ type }) => cellOf(type));
  for await (const window of windows(valueSql)) {
    let text = '';
    for (const values of rowsOf(window)) {
      number += 1;
      text += row(
        number,
        values.map((value, index) => (value === null ? '' : cells[index]!(`${names[index]}${number}`, value))),
      );
    }
    yield Buffer.from(text);
  }
  yield Buffer.from('</sheetData></worksheet>');
}

type Cell = (ref: string, value: string) => string;

/** Types of times whose values are whole microseconds. */
const inMicroseconds: ReadonlySet<string> = new Set(['DATE', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE']);

/** Text of a value, from which its cell is made: a timestamp is followed by its microseconds since 1970. */
function valueSql({ type }: Column, value: SqlText): SqlText {
  const text = sql`CAST(${value} AS VARCHAR)`;
  if (!inMicroseconds.has(type)) return text;
  return sql`CASE WHEN isfinite(${value}) THEN ${text} || '|' || epoch_us(${value}) ELSE ${text} END`;
}

function cellOf(type: string): Cell {
  if (type === 'BOOLEAN') return (ref, value) => `<c r="${ref}" t="b"><v>${value === 'true' ? 1 : 0}</v></c>`;
  if (type === 'DATE') return (ref, value) => timeCell(ref, value, dateStyle);
  if (isTimestamp(type)) return (ref, value) => timeCell(ref, value, timestampStyle);
  if (isFloat(type)) return numberCell;
  if (isAnyNumber(type)) return (ref, value) => (digitsOf(value) > digitsMax ? textCell : numberCell)(ref, value);
  return textCell;
}

function numberCell(ref: string, value: string): string {
  return Number.isFinite(Number(value)) ? `<c r="${ref}"><v>${value}</v></c>` : textCell(ref, value);
}

/** Number of digits without leading zeros. */
function digitsOf(value: string): number {
  return value.replace(/\D/g, '').replace(/^0+/, '').length;
}

function timeCell(ref: string, value: string, style: number): string {
  const [text = '', microseconds] = value.split('|');
  const ms = microseconds === undefined ? NaN : Number(microseconds) / 1000;
  if (!Number.isInteger(ms) || ms < firstMs || ms > lastMs) return textCell(ref, text);
  return `<c r="${ref}" s="${style}"><v>${ms / msPerDay + epochDays}</v></c>`;
}

function textCell(ref: string, text: string): string {
  if (text.length > textLengthMax) throw beyond(`${textLengthMax} characters in a cell`, `a text of ${text.length}`);
  return `<c r="${ref}" t="inlineStr"><is><t xml:space="preserve">${escaped(text)}</t></is></c>`;
}

/** Characters that XML cannot hold are written as Excel does: `_x0001_`. */
function escaped(text: string): string {
  return text
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(/[\0-\x08\x0b-\x1f\ufffe\uffff]/g, (character) => {
      return `_x${character.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}_`;
    })
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

function beyond(limit: string, got: string): PondError {
  return new PondError('query-failed', `an Excel sheet holds ${limit}, and the result has ${got}`, {
    hint: 'Write CSV or Parquet instead, or select less.',
  });
}

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const namespace = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packages = 'http://schemas.openxmlformats.org/package/2006';
const contentType = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** The files of a workbook apart from its sheet. */
const parts: Readonly<Record<string, string>> = {
  '[Content_Types].xml':
    `<Types xmlns="${packages}/content-types">` +
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
    `<Override PartName="/xl/workbook.xml" ContentType="${contentType}.sheet.main+xml"/>` +
    `<Override PartName="/xl/styles.xml" ContentType="${contentType}.styles+xml"/>` +
    `<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${contentType}.worksheet+xml"/></Types>`,
  '_rels/.rels':
    `<Relationships xmlns="${packages}/relationships">` +
    `<Relationship Id="rId1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml':
    `<workbook xmlns="${namespace}" xmlns:r="${relations}">` +
    '<sheets><sheet name="Result" sheetId="1" r:id="rId1"/></sheets></workbook>',
  'xl/_rels/workbook.xml.rels':
    `<Relationships xmlns="${packages}/relationships">` +
    `<Relationship Id="rId1" Type="${relations}/worksheet" Target="worksheets/sheet1.xml"/>` +
    `<Relationship Id="rId2" Type="${relations}/styles" Target="styles.xml"/></Relationships>`,
  'xl/styles.xml':
    `<styleSheet xmlns="${namespace}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>` +
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss.000"/></numFmts>' +
    '<fonts count="1"><font/></fonts><fills count="2"><fill/><fill><patternFill patternType="gray125"/></fill></fills>' +
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/>' +
    '<xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/></cellXfs></styleSheet>',
};
