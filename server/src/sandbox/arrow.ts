import { basename, dirname } from 'node:path';
import { type RecordBatch, RecordBatchReader, type Schema, type DataType } from 'apache-arrow';
import { throwIfCancelled } from '../base/cancelled.ts';
import { PondError } from '../base/error.ts';
import { type Connection } from '../duckdb/connection.ts';
import { openLockedDatabase } from '../duckdb/database.ts';
import { identifier, joinSql, literal, sql, type SqlText } from '../duckdb/sql.ts';
import { requireSqlType } from '../duckdb/sqlType.ts';
import { loadValueMakers, type ValueMakers } from '../duckdb/values.ts';
import { type Disk, type OpenDisk } from '../storage/disk.ts';
import { type SandboxSettings } from './sandbox.ts';
import { duckTypeOf, readerOf } from './arrowTypes.ts';

/** Name of the table that collects the rows. */
const tableName = 'rows';

/** Rows converted at a time; batches can be much larger. */
const stepRows = 8192;

export interface ArrowConversion {
  /** Host path of an Arrow IPC file or stream. */
  readonly file: string;
  /** Name of the file in errors. */
  readonly pondPath: string;
  /** Host path of the Parquet file to write. */
  readonly target: string;
}

/**
 * Converts an Arrow IPC file or stream to Parquet, as DuckDB has no reader for Arrow. Holds one batch in memory; the
 * rows collect in a table of a separate database, which spills. Fails `invalid-content` for malformed content, or
 * `cancelled`.
 */
export async function convertArrow(
  { openDisk, ...settings }: SandboxSettings,
  conversion: ArrowConversion,
  signal: AbortSignal,
): Promise<void> {
  const reader = await openReader(conversion, openDisk);
  const { database, connection } = await openLockedDatabase({ ...settings, hostPaths: [conversion.target] });
  const table = identifier(tableName);
  try {
    await connection.run(sql`CREATE TABLE ${table} (${columnsSql(reader.schema)})`);
    await appendBatches(connection, reader, conversion, signal);
    await connection.run(sql`COPY ${table} TO ${literal(conversion.target)} (FORMAT parquet)`);
  } finally {
    connection.close();
    database.close();
  }
}

/** The columns of an Arrow schema as DuckDB declarations. */
function columnsSql(schema: Schema): SqlText {
  return joinSql(
    schema.fields.map((field) => {
      return sql`${identifier(field.name)} ${requireSqlType(duckTypeOf(field.type as DataType))}`;
    }),
  );
}

async function openReader(conversion: ArrowConversion, openDisk: OpenDisk) {
  const handle = fileHandle(openDisk(dirname(conversion.file)), basename(conversion.file), conversion.pondPath);
  try {
    const reader = await RecordBatchReader.from(handle as unknown as Parameters<typeof RecordBatchReader.from>[0]);
    await reader.open();
    if (reader.schema === undefined || reader.schema.fields.length === 0) throw new Error('it has no columns');
    return reader;
  } catch (error) {
    throw readError(error, conversion);
  }
}

async function appendBatches(
  connection: Connection,
  batches: AsyncIterable<RecordBatch> | Iterable<RecordBatch>,
  conversion: ArrowConversion,
  signal: AbortSignal,
): Promise<void> {
  const make = await loadValueMakers();
  const appender = await connection.appender(tableName);
  try {
    for await (const batch of checked(batches, conversion)) {
      for (const columns of steps(batch, make)) {
        throwIfCancelled(signal, 'the query');
        await appender.appendColumns(columns);
      }
    }
  } finally {
    appender.close();
  }
}

function* steps(batch: RecordBatch, make: ValueMakers) {
  const readers = batch.schema.fields.map((_, index) => {
    const column = batch.getChildAt(index);
    return column === null ? () => null : readerOf(column, make);
  });
  for (let start = 0; start < batch.numRows; start += stepRows) {
    const length = Math.min(stepRows, batch.numRows - start);
    yield readers.map((read) => Array.from({ length }, (_, index) => read(start + index)));
  }
}

async function* checked(batches: AsyncIterable<RecordBatch> | Iterable<RecordBatch>, conversion: ArrowConversion) {
  try {
    for await (const batch of batches) yield batch;
  } catch (error) {
    throw readError(error, conversion);
  }
}

function readError(error: unknown, { pondPath }: ArrowConversion): PondError {
  if (error instanceof PondError) return error;
  const message = error instanceof Error ? error.message : String(error);
  // Thrown by apache-arrow on reading past the end of a buffer or a file.
  const isShort = error instanceof RangeError || /^Expected to read \d+ /.test(message);
  // Thrown by apache-arrow on reading zeros as a message.
  const isDamaged = error instanceof TypeError;
  const reason = isShort ? 'the file is cut short' : isDamaged ? 'the file is damaged' : message;
  return new PondError('invalid-content', `${pondPath} cannot be read as Arrow: ${reason}`, { path: pondPath });
}

/** The few methods of a Node file handle that apache-arrow calls to read a file by ranges. */
function fileHandle(disk: Disk, name: string, pondPath: string) {
  const size = disk.stat(name)?.sizeBytes;
  if (size === undefined)
    throw new PondError('pond-damaged', `the content of ${pondPath} is missing`, { path: pondPath });
  return {
    fd: 0,
    stat: async () => ({ size }),
    read: async (buffer: Uint8Array, offset: number, length: number, position: number) => {
      // A length read from a truncated or overwritten file can be any number.
      if (position < 0 || length < 0 || position + length > size) throw new RangeError('out of the file');
      const bytes = disk.readRange(name, position, position + length) ?? new Uint8Array();
      buffer.set(bytes, offset);
      return { bytesRead: bytes.length, buffer };
    },
    close: async () => undefined,
  };
}
