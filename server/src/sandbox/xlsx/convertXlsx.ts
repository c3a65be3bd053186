import { PondError } from '../../base/error.ts';
import { throwIfCancelled } from '../../base/cancelled.ts';
import { type Connection } from '../../duckdb/connection.ts';
import { openLockedDatabase } from '../../duckdb/database.ts';
import { identifier, joinSql, literal, sql } from '../../duckdb/sql.ts';
import { requireSqlType } from '../../duckdb/sqlType.ts';
import { loadValueMakers } from '../../duckdb/values.ts';
import { type Conversion } from '../conversion.ts';
import { type SandboxSettings } from '../sandbox.ts';
import { type ReadColumn } from '../textTables/valueSql.ts';
import { type SheetRow, sheetRows } from './sheetRows.ts';
import { type SheetTable, TableFinder, valueOf } from './sheetTable.ts';
import { type StatedSheet } from './sheetLayout.ts';
import { unitsOption } from './sheetUnits.ts';
import { StatedColumns } from './statedColumns.ts';
import { statedRows } from './statedRows.ts';
import { readWorkbook, type Workbook } from './workbook.ts';
import { ZipArchive } from './zipArchive.ts';

const tableName = 'rows';
/** Bytes of the shared texts of a workbook where no limit of memory is set. */
const textBytesDefault = 1024 ** 3;

/** A sheet whose rows can be read more than once. */
interface OpenSheet {
  rows(this: void): AsyncIterable<readonly SheetRow[]>;
}

/**
 * Converts a sheet of an Excel workbook to Parquet: the named one, or the only one. Reads the sheet twice, for the types
 * of its columns and for the values, and holds the shared texts and some rows in memory; the table spills. Fails
 * `invalid-content` for malformed content, a sheet without values, a missing sheet and an unnamed one of several, and
 * values that do not fit what is stated; `ambiguous-dates`; or `cancelled`.
 */
export async function convertXlsx(
  { openDisk, ...settings }: SandboxSettings,
  conversion: Conversion,
  signal: AbortSignal,
): Promise<void> {
  const { file, pondPath, target, stated: format = {} } = conversion;
  const stated = { format, pondPath };
  const [sheet, found] = await withReason(pondPath, async () => {
    const archive = new ZipArchive(file, openDisk);
    const workbook = await readWorkbook(archive, (settings.memoryLimitBytes ?? textBytesDefault) / 4);
    const part = partOf(workbook, conversion);
    const opened: OpenSheet = { rows: () => sheetRows(archive.read(part), workbook) };
    return [opened, await tableOf(opened, stated, signal)];
  });
  if (found.columns.length === 0) throw cannotRead(pondPath, 'the sheet has no values');
  const readings = await readingsOf(sheet, found, stated, signal);
  const { database, connection } = await openLockedDatabase({ ...settings, hostPaths: [target] });
  const table = identifier(tableName);
  try {
    const columns = found.columns.map(({ name, type }) => sql`${identifier(name)} ${requireSqlType(type)}`);
    await connection.run(sql`CREATE TABLE ${table} (${joinSql(columns)})`);
    await withReason(pondPath, () => append(connection, sheet, { ...found, format }, signal));
    const rowNumber = (index: number): Promise<number> => rowNumberIn(sheet, found, index);
    const rows = await statedRows(connection, { columns: found.columns, readings, rows: table, rowNumber }, stated);
    await connection.run(sql`COPY (${rows}) TO ${literal(target)} (FORMAT parquet${unitsOption(found.columns)})`);
  } finally {
    connection.close();
    database.close();
  }
}

function partOf({ sheets }: Workbook, { pondPath, sheet }: Conversion): string {
  const [first] = sheets;
  const found =
    sheet === undefined && sheets.length === 1
      ? first
      : sheets.find(({ name }) => name.toLowerCase() === sheet?.toLowerCase());
  if (found !== undefined) return found.part;
  if (first === undefined) throw cannotRead(pondPath, 'it has no sheet with cells');
  const names = sheets.map(({ name }) => `"${name}"`).join(', ');
  const path = sheet === undefined ? pondPath : pondPath.slice(0, -sheet.length - 1);
  const hint = `Add the name of the sheet to the path: "${path}#${first.name}".`;
  throw cannotRead(
    path,
    sheet === undefined ? `it has several sheets: ${names}` : `it has no sheet "${sheet}"; its sheets are ${names}`,
    hint,
  );
}

async function tableOf(sheet: OpenSheet, stated: StatedSheet, signal: AbortSignal): Promise<SheetTable> {
  const finder = new TableFinder(stated);
  for await (const rows of sheet.rows()) {
    throwIfCancelled(signal, 'the query');
    for (const row of rows) finder.add(row);
  }
  return finder.table;
}

/** Readings of the columns of another type than the stated one, by name; reads the sheet once more if there are any. */
async function readingsOf(
  sheet: OpenSheet,
  table: SheetTable,
  stated: StatedSheet,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ReadColumn>> {
  const columns = new StatedColumns(table.columns, stated);
  if (columns.isEmpty) return new Map();
  for await (const rows of sheet.rows()) {
    throwIfCancelled(signal, 'the query');
    for (const row of dataIn(rows, table)) columns.add(row);
  }
  return columns.readings;
}

/** The rows that are in a table. */
function dataIn(rows: readonly SheetRow[], { firstRow, endRow }: Omit<SheetTable, 'columns'>): readonly SheetRow[] {
  return rows.filter(({ number }) => number >= firstRow && number < endRow);
}

/** The number that Excel shows for a row of a table, by its index from 0. */
async function rowNumberIn(sheet: OpenSheet, table: SheetTable, index: number): Promise<number> {
  let before = 0;
  for await (const rows of sheet.rows()) {
    const data = dataIn(rows, table);
    const row = data[index - before];
    if (row !== undefined) return row.number;
    before += data.length;
  }
  return table.firstRow + index;
}

async function append(
  connection: Connection,
  sheet: OpenSheet,
  { columns, format, ...table }: SheetTable & Pick<StatedSheet, 'format'>,
  signal: AbortSignal,
): Promise<void> {
  const [make, nulls] = [await loadValueMakers(), new Set(format.nulls)];
  const appender = await connection.appender(tableName);
  try {
    for await (const rows of sheet.rows()) {
      throwIfCancelled(signal, 'the query');
      const data = dataIn(rows, table);
      await appender.appendColumns(
        columns.map((column) => {
          const rules = { ...column, format, nulls, make };
          return data.map(({ cells }) => valueOf(cells.get(column.index), rules));
        }),
      );
    }
  } finally {
    appender.close();
  }
}

/** Runs work on the content of a file; errors other than PondError become `invalid-content` with their message. */
async function withReason<T>(pondPath: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PondError) throw error;
    throw cannotRead(pondPath, error instanceof Error ? error.message : String(error));
  }
}

function cannotRead(path: string, reason: string, hint?: string): PondError {
  return new PondError('invalid-content', `${path} cannot be read as Excel: ${reason}`, {
    path,
    ...(hint !== undefined && { hint }),
  });
}
