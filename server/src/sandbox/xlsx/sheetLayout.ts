/** The places of the table in a sheet: found as in a text, whose lines are the rows of the sheet. */
import { PondError } from '../../base/error.ts';
import { type TextFormat } from '../textFormat.ts';
import { type HeadRecord } from '../textTables/head.ts';
import { place } from '../textTables/tableStart.ts';
import { isRowOfValues, noUnits, whereUnits } from '../textTables/units.ts';
import { type SheetRow } from './sheetRows.ts';
import { textOf } from './sheetText.ts';

/** Format that is stated for the file of a sheet, and its path for messages. */
export interface StatedSheet {
  readonly format: TextFormat;
  readonly pondPath: string;
}

/** Numbers of rows as Excel shows them. */
export interface SheetLayout {
  /** Row with the names; 0 without one. */
  readonly headerRow: number;
  /** Row with the units; undefined without a stated one. */
  readonly unitsRow: number | undefined;
  /** First row that may have data. */
  readonly firstRow: number;
}

/** Rows in which the table is found. */
export const headRowsMax = 1000;

/** Finds the table in the first rows of a sheet. Fails `invalid-content` for rows above the table that is found. */
export function findSheetLayout(rows: readonly SheetRow[], { format, pondPath }: StatedSheet): SheetLayout {
  const { skip = 0, units, below = 0 } = format;
  const records = recordsOf(rows.filter(({ number }) => number > skip));
  const width = records[0]?.fields.length ?? 0;
  const { start, hasHeader } = place({ records, width, isList: width === 1 }, { format, pondPath, line: 'row' });
  const first = start === undefined ? 0 : records.indexOf(start);
  const rowsBelow = first + (hasHeader ? 1 : 0);
  if (units === true) requireUnits(records[rowsBelow], pondPath);
  const next = rowsBelow + (units === true ? 1 : 0) + below;
  return {
    headerRow: hasHeader ? (start?.line ?? 0) : 0,
    unitsRow: units === true ? records[rowsBelow]?.line : undefined,
    firstRow: next === first ? (start?.line ?? skip + 1) : (records[next - 1]?.line ?? 0) + 1,
  };
}

function requireUnits(record: HeadRecord | undefined, pondPath: string): void {
  if (record === undefined || !isRowOfValues(record.trimmed)) return;
  throw new PondError('invalid-content', `${pondPath} cannot be read: row ${record.line} has values, ${whereUnits}`, {
    path: pondPath,
    ...noUnits,
  });
}

/** The rows with a text in any cell, each with all columns from the first to the last that have one. */
function recordsOf(rows: readonly SheetRow[]): readonly HeadRecord[] {
  const filled = rows.map(({ number, cells }) => ({
    line: number,
    texts: new Map([...cells].map(([column, cell]) => [column, textOf(cell)] as const)),
  }));
  const columns = filled.flatMap(({ texts }) => [...texts].filter(([, text]) => text.trim() !== '').map(([at]) => at));
  const first = columns.reduce((least, column) => Math.min(least, column), Infinity);
  const last = columns.reduce((most, column) => Math.max(most, column), -1);
  return filled
    .map(({ line, texts }) => {
      const fields = Array.from({ length: Math.max(last - first + 1, 0) }, (_, at) => texts.get(first + at) ?? '');
      return { line, fields, trimmed: fields.map((field) => field.trim()) };
    })
    .filter(({ trimmed }) => trimmed.some((field) => field !== ''));
}
