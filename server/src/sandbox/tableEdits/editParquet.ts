import { throwIfCancelled } from '../../base/cancelled.ts';
import { PondError } from '../../base/error.ts';
import { type Connection } from '../../duckdb/connection.ts';
import { joinSql, literal, sql } from '../../duckdb/sql.ts';
import { castCells } from './castCells.ts';
import { type PlannedEdits } from './edits.ts';
import { type CellValue, type RowValues } from '../../protocol/tables.ts';
import { metadataOf, notEditable, type ParquetForm, parquetForm, requireSame } from './parquetForm.ts';
import { changedTable, editedSql, insertedTable, name, segmentsOf } from './parquetSql.ts';
import { schemaOf } from './parquetSchema.ts';

/** A Parquet file to edit: its name in the database, and files that do not exist yet. */
export interface ParquetEdit {
  readonly connection: Connection;
  readonly file: { readonly hostPath: string; readonly pondPath: string };
  readonly probe: string;
  readonly target: string;
}

/**
 * Writes a Parquet file with edited rows; schema, codec and metadata stay, and rows without edits are the same. Returns
 * the number of rows. Fails `invalid-content` for a value that its column does not hold, `read-only` for a file that
 * DuckDB would write otherwise, `cancelled`.
 */
export async function editParquet(
  { connection, file, probe, target }: ParquetEdit,
  edits: PlannedEdits,
  signal: AbortSignal,
): Promise<number> {
  const form = await parquetForm(connection, file, probe);
  requirePositions(edits, form.rowCount, file.pondPath);
  const indexes = new Map(form.columns.map((column, index) => [column.name, index]));
  const rows = await requireValues(connection, form, edits, file.pondPath);
  const edited = [...new Set(rows.flatMap(({ values }) => values.map(([column]) => indexes.get(column) ?? 0)))].sort(
    (a, b) => a - b,
  );
  await createEdits(connection, edited);
  await fillEdits(connection, { edited, indexes }, edits);
  throwIfCancelled(signal, 'the edit');
  const positions = [...edits.changed.keys(), ...edits.deleted, ...edits.inserted.keys()];
  const segments = segmentsOf(positions, form.rowCount);
  await connection.run(
    sql`COPY (${editedSql(file.hostPath, { columns: form.columns, edited }, segments)}) TO ${literal(target)}
      (${form.options})`,
  );
  return await requireWritten(connection, { form, target, pondPath: file.pondPath }, form.rowCount + edits.growth);
}

/** Fails `invalid-content` for positions that the table does not have. */
export function requirePositions(edits: PlannedEdits, rowCount: number, path: string): void {
  const check = (position: number, last: number): void => {
    if (Number.isSafeInteger(position) && position >= 0 && position <= last) return;
    const message = `expected an edit of the ${rowCount} rows of ${path}, got row ${position + 1}`;
    throw new PondError('invalid-content', message, { path, hint: 'Open the table again.' });
  };
  for (const position of [...edits.changed.keys(), ...edits.deleted]) check(position, rowCount - 1);
  for (const position of edits.inserted.keys()) check(position, rowCount);
}

interface EditedRow {
  readonly position: number;
  readonly values: RowValues;
}

async function requireValues(
  connection: Connection,
  { columns }: ParquetForm,
  edits: PlannedEdits,
  path: string,
): Promise<readonly EditedRow[]> {
  const rows = rowsOf(edits);
  const cells = rows.flatMap(({ position, values }) =>
    values.map(([column, value]): CellValue & { readonly position: number } => ({ position, column, value })),
  );
  const checked = await castCells(connection, columns, cells);
  checked.forEach((cell, index) => {
    if ('expected' in cell) throw unfitCell(path, { ...cells[index]!, expected: cell.expected });
  });
  return rows;
}

/** Returns all rows with values: the changed ones, then the new ones. */
export function rowsOf(edits: PlannedEdits): readonly EditedRow[] {
  const changed = [...edits.changed].map(([position, values]) => ({ position, values }));
  const added = [...edits.inserted].flatMap(([position, rows]) => rows.map((values) => ({ position, values })));
  return [...changed, ...added];
}

/** `invalid-content` of a value that its column does not hold. */
export function unfitCell(
  path: string,
  cell: {
    readonly position: number;
    readonly column: string;
    readonly value: string | null;
    readonly expected: string;
  },
): PondError {
  const got = cell.value === null ? 'NULL' : JSON.stringify(cell.value.slice(0, 80));
  const place = `row ${cell.position + 1}, column "${cell.column}" of ${path}`;
  return new PondError('invalid-content', `expected ${cell.expected} in ${place}, got ${got}`, { path });
}

async function createEdits(connection: Connection, edited: readonly number[]): Promise<void> {
  const values = edited.map((index) => sql`${name('v', index)} VARCHAR`);
  const set = edited.map((index) => sql`${name('s', index)} BOOLEAN`);
  const position = sql`position BIGINT`;
  await connection.run(
    sql`CREATE TABLE ${changedTable} (${joinSql([position, sql`gone BOOLEAN`, ...values, ...set])})`,
  );
  await connection.run(sql`CREATE TABLE ${insertedTable} (${joinSql([position, sql`place BIGINT`, ...values])})`);
}

interface EditColumns {
  /** Indexes of the columns that have values. */
  readonly edited: readonly number[];
  readonly indexes: ReadonlyMap<string, number>;
}

async function fillEdits(connection: Connection, columns: EditColumns, edits: PlannedEdits): Promise<void> {
  const changed: (string | null)[][] = [];
  for (const position of edits.deleted)
    changed.push([String(position), 'true', ...columns.edited.flatMap(() => [null, null])]);
  for (const [position, values] of edits.changed) {
    const { texts, isSet } = cellsOf(columns, values);
    changed.push([String(position), 'false', ...texts, ...isSet]);
  }
  await append(connection, changedTable, changed);
  const added: (string | null)[][] = [];
  for (const [position, rows] of edits.inserted)
    rows.forEach((values, place) => added.push([String(position), String(place), ...cellsOf(columns, values).texts]));
  await append(connection, insertedTable, added);
}

function cellsOf(
  { edited, indexes }: EditColumns,
  values: RowValues,
): { readonly texts: readonly (string | null)[]; readonly isSet: readonly string[] } {
  const byIndex = new Map(values.map(([column, value]) => [indexes.get(column), value]));
  return {
    texts: edited.map((index) => byIndex.get(index) ?? null),
    isSet: edited.map((index) => String(byIndex.has(index))),
  };
}

/** Rows of edits that one statement inserts. */
const insertMax = 1000;

async function append(
  connection: Connection,
  table: typeof changedTable,
  rows: readonly (readonly (string | null)[])[],
): Promise<void> {
  for (let start = 0; start < rows.length; start += insertMax) {
    const values = rows
      .slice(start, start + insertMax)
      .map((row) => sql`(${joinSql(row.map((text) => (text === null ? sql`NULL` : literal(text))))})`);
    await connection.run(sql`INSERT INTO ${table} VALUES ${joinSql(values)}`);
  }
}

async function requireWritten(
  connection: Connection,
  { form, target, pondPath }: { readonly form: ParquetForm; readonly target: string; readonly pondPath: string },
  expected: number,
): Promise<number> {
  requireSame(form, await schemaOf(connection, target), pondPath);
  const kept = JSON.stringify(await metadataOf(connection, target));
  if (kept !== JSON.stringify(form.metadata)) throw notEditable(pondPath, 'its metadata would not stay as it is');
  const [[rows] = []] = await connection.rows(
    sql`SELECT CAST(sum(num_rows) AS VARCHAR) FROM parquet_file_metadata(${literal(target)})`,
  );
  if (Number(rows) === expected) return expected;
  throw new PondError('query-failed', `expected ${expected} rows of ${pondPath}, got ${String(rows)}`);
}
