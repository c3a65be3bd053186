import { type DataType, type Field, type RecordBatch, type Schema } from 'apache-arrow';
import { throwIfCancelled } from '../../base/cancelled.ts';
import { type Connection } from '../../duckdb/connection.ts';
import { openLockedDatabase } from '../../duckdb/database.ts';
import { identifier, joinSql, literal, sql, type SqlText } from '../../duckdb/sql.ts';
import { requireSqlType } from '../../duckdb/sqlType.ts';
import { loadValueMakers, type Value, type ValueMakers } from '../../duckdb/values.ts';
import { batchFault } from './arrowCheck.ts';
import { useCodecs } from './arrowCodecs.ts';
import { type ArrowBatches, arrowError, type ArrowFile, batchesOf, openArrow } from './arrowFile.ts';
import { type Piece } from './arrowPiece.ts';
import { duckTypeOf } from './arrowTypes.ts';
import { FinerTime, readerOf } from './arrowValues.ts';
import { type SandboxSettings } from '../sandbox.ts';
import { uniqueNames } from '../uniqueNames.ts';

/** Name of the table that collects the rows. */
const tableName = 'rows';

/** Rows converted at a time; batches can be much larger. */
const stepRows = 8192;

/** Bytes that a decompressed batch may have where no limit of memory is set. */
const batchBytesDefault = 1024 ** 3;

export interface ArrowConversion extends ArrowFile {
  /** Host path of the Parquet file to write. */
  readonly target: string;
}

/**
 * Converts an Arrow IPC file or stream to Parquet, as DuckDB has no reader for Arrow. Holds one batch in memory; the
 * rows collect in a table of a separate database, which spills. Columns whose names differ only in case get a number.
 * Fails `invalid-content` for malformed content and for values that DuckDB cannot hold exactly, or `cancelled`.
 */
export async function convertArrow(
  settings: SandboxSettings,
  conversion: ArrowConversion,
  signal: AbortSignal,
): Promise<void> {
  const fineColumns = new Set<number>();
  for (;;) {
    const fine = await convertOnce(settings, { ...conversion, fineColumns }, signal);
    if (fine === undefined) return;
    fineColumns.add(fine);
  }
}

/** One attempt to convert a file. */
interface Attempt extends ArrowConversion {
  /** Indexes of the columns with times finer than a microsecond, as found so far. */
  readonly fineColumns: ReadonlySet<number>;
}

/** Returns the index of a column that turned out to have finer times than declared; undefined when all is written. */
async function convertOnce(
  { openDisk, ...settings }: SandboxSettings,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<number | undefined> {
  await useCodecs(settings.memoryLimitBytes ?? batchBytesDefault);
  const reader = await openArrow(attempt, openDisk);
  const columns = columnsSql(reader.schema, attempt);
  const { database, connection } = await openLockedDatabase({ ...settings, hostPaths: [attempt.target] });
  const table = identifier(tableName);
  try {
    await connection.run(sql`CREATE TABLE ${table} (${columns})`);
    const fine = await appendBatches(connection, reader, attempt, signal);
    if (fine === undefined) await connection.run(sql`COPY ${table} TO ${literal(attempt.target)} (FORMAT parquet)`);
    return fine;
  } finally {
    connection.close();
    database.close();
  }
}

/** The columns of an Arrow schema as DuckDB declarations. */
function columnsSql(schema: Schema, attempt: Attempt): SqlText {
  const names = uniqueNames(schema.fields.map(({ name }) => name));
  return joinSql(
    schema.fields.map((field, index) => {
      try {
        if (field.name.includes('\0')) throw new Error('its name contains the character NUL');
        const type = duckTypeOf(field.type as DataType, { isFine: attempt.fineColumns.has(index) });
        return sql`${identifier(names[index] ?? '')} ${requireSqlType(type)}`;
      } catch (error) {
        throw arrowError(inColumn(field, error), attempt.pondPath);
      }
    }),
  );
}

function inColumn({ name }: Field, error: unknown): Error {
  return new Error(`column "${name}": ${error instanceof Error ? error.message : String(error)}`);
}

/** Returns the index of a column that has finer times than declared, as soon as one is found. */
async function appendBatches(
  connection: Connection,
  batches: ArrowBatches,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<number | undefined> {
  const make = await loadValueMakers();
  const appender = await connection.appender(tableName);
  let rowsBefore = 0;
  try {
    for await (const batch of batchesOf(batches, attempt.pondPath)) {
      // Its pieces have no children.
      if (batch.numRows === 0) continue;
      for (const columns of steps(batch, make, { ...attempt, rowsBefore })) {
        throwIfCancelled(signal, 'the query');
        if (typeof columns === 'number') return columns;
        await appender.appendColumns(columns);
      }
      rowsBefore += batch.numRows;
    }
    return undefined;
  } finally {
    appender.close();
  }
}

/** Yields the columns of each step, or the index of a column that has finer times than declared. */
function* steps(
  batch: RecordBatch,
  make: ValueMakers,
  attempt: Attempt & { readonly rowsBefore: number },
): Iterable<readonly (readonly Value[])[] | number> {
  const { fields } = batch.schema;
  const pieces = batch.data.children as readonly Piece[];
  const named = fields.map(({ name }, index) => ({ name, piece: pieces[index]! }));
  const fault = batchFault(named, batch.numRows);
  if (fault !== undefined) throw arrowError(new Error(`the file is damaged: ${fault}`), attempt.pondPath);
  const readers = pieces.map((piece, index) => readerOf(piece, make, { isFine: attempt.fineColumns.has(index) }));
  for (let start = 0; start < batch.numRows; start += stepRows) {
    const rows = { start, length: Math.min(stepRows, batch.numRows - start) };
    const columns: Value[][] = [];
    for (const [index, read] of readers.entries()) {
      const found = valuesOf(read, rows);
      if (Array.isArray(found)) columns.push(found);
      else if (found.reason instanceof FinerTime) {
        yield index;
        return;
      } else {
        const row = attempt.rowsBefore + found.row + 1;
        const reason = found.reason instanceof Error ? found.reason.message : String(found.reason);
        throw arrowError(
          new Error(`the value of column "${fields[index]?.name}" in row ${row} ${reason}`),
          attempt.pondPath,
        );
      }
    }
    yield columns;
  }
}

/** The values of some rows, or the first row whose value cannot be read. */
function valuesOf(
  read: (index: number) => Value,
  { start, length }: { readonly start: number; readonly length: number },
): Value[] | { readonly row: number; readonly reason: unknown } {
  const values: Value[] = [];
  for (let row = start; row < start + length; row += 1) {
    try {
      values.push(read(row));
    } catch (reason) {
      return { row, reason };
    }
  }
  return values;
}
