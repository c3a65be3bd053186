import { throwIfCancelled } from '../base/cancelled.ts';
import { PondError } from '../base/error.ts';
import { type Connection } from '../duckdb/connection.ts';
import { type Database, type DatabaseSettings, openDatabase } from '../duckdb/database.ts';
import { queryError, readEngineError, spillLimitIn } from '../duckdb/engineError.ts';
import { limitHint } from '../duckdb/limits.ts';
import { identifier, joinSql, literal, sql, type SqlText } from '../duckdb/sql.ts';
import { castSql, requireSqlType } from '../duckdb/sqlType.ts';
import { type RowStream } from '../duckdb/statements.ts';
import { type Column, type FileFormat, type RowWindow } from '../sandbox/types.ts';
import { type Disk } from '../storage/disk.ts';
import { exactParquetType, hasHugeIntegers } from './files/exactTypes.ts';
import { type CopyFormat, isCopyFormat, resultFile } from './files/resultFile.ts';
import { type RowsAsText } from './files/rowWindows.ts';

/** Rows that are read together while a file is written. */
const fileWindowRows = 8192;

/** A file to write, which does not exist. */
interface HostTarget {
  readonly disk: Disk;
  readonly path: string;
}

interface KeptResult {
  readonly columns: readonly Column[];
  readonly rowCount: number;
}

/**
 * Keeps the rows of finished queries, one table each, in a database that user SQL cannot reach. Columns are named c0,
 * c1, … there, so names need not be distinct. Data beyond the memory limit spills to disk.
 */
export class ResultStore {
  readonly database: Database;
  readonly #reader: Connection;
  readonly #writer: Connection;
  readonly #results = new Map<number, KeptResult>();
  #lastResult = 0;

  private constructor(database: Database, reader: Connection, writer: Connection) {
    this.database = database;
    this.#reader = reader;
    this.#writer = writer;
  }

  static async open(settings: DatabaseSettings): Promise<ResultStore> {
    const database = await openDatabase(settings);
    return new ResultStore(database, await database.connect(), await database.connect());
  }

  /** Reads a stream to its end, one stream at a time. A failure, or the signal, leaves no data. */
  async keep(stream: RowStream, signal: AbortSignal): Promise<{ readonly result: number } & KeptResult> {
    const result = (this.#lastResult += 1);
    try {
      await this.#writer.run(createTableSql(result, stream.columns));
      const rowCount = await fill(this.#writer, result, stream, signal);
      this.#results.set(result, { columns: stream.columns, rowCount });
      return { result, columns: stream.columns, rowCount };
    } catch (error) {
      await this.#writer.run(sql`DROP TABLE IF EXISTS ${tableOf(result)}`);
      throw keptError(error);
    }
  }

  /**
   * Rows from `start`, fewer than `count` at the end. Cost is that of the window. Fails `query-failed` once released.
   */
  async rows(result: number, start: number, count: number): Promise<RowWindow> {
    const { columns } = this.#find(result);
    const values = joinSql(columns.map((_, index) => sql`CAST(${columnOf(index)} AS VARCHAR)`));
    const window = await this.#reader.textColumns(windowSql(values, result, start, count));
    return { start, columns: columns.map((_, index) => window[index] ?? []) };
  }

  /** Changes the text in a column (0-based) of a result of few rows. */
  async replaceTexts(result: number, column: number, change: (text: string) => string): Promise<void> {
    const { columns } = await this.rows(result, 0, this.#find(result).rowCount);
    for (const text of new Set(columns[column])) {
      if (text === null || change(text) === text) continue;
      const name = columnOf(column);
      await this.#writer.run(
        sql`UPDATE ${tableOf(result)} SET ${name} = ${literal(change(text))} WHERE ${name} = ${literal(text)}`,
      );
    }
  }

  /** Writes all rows to a new file of a host directory, in which each value is exact. */
  async copy(result: number, format: FileFormat, file: HostTarget, signal: AbortSignal): Promise<void> {
    const connection = await this.database.connect();
    const interrupt = () => connection.interrupt();
    signal.addEventListener('abort', interrupt);
    try {
      const wide = await this.#wideColumns(result);
      if (isCopyFormat(format)) await connection.run(copySql(result, this.#find(result).columns, format, file, wide));
      else await writeFile(file, resultFile(format, this.#rowsAsText(result, connection), wide), signal);
    } catch (error) {
      throw queryError(error, '');
    } finally {
      signal.removeEventListener('abort', interrupt);
      connection.close();
    }
  }

  #rowsAsText(result: number, connection: Connection): RowsAsText {
    const { columns, rowCount } = this.#find(result);
    const names = named(columns);
    return {
      columns: columns.map(({ type }, index) => ({ name: names[index]!.name, type })),
      rowCount,
      async *windows(valueOf = (_, value) => sql`CAST(${value} AS VARCHAR)`) {
        const values = joinSql(columns.map((column, index) => valueOf(column, columnOf(index), index)));
        for (let start = 0; start < rowCount; start += fileWindowRows)
          yield await connection.textColumns(windowSql(values, result, start, fileWindowRows));
      },
    };
  }

  /** Indexes of the columns with integers of more than 38 digits, which no decimal holds. */
  async #wideColumns(result: number): Promise<ReadonlySet<number>> {
    const { columns } = this.#find(result);
    const huge = columns.flatMap(({ type }, index) => (hasHugeIntegers(type) ? [index] : []));
    if (huge.length === 0) return new Set();
    const isWide = (index: number) => sql`bool_or(regexp_matches(CAST(${columnOf(index)} AS VARCHAR), '[0-9]{39}'))`;
    const [found] = await this.#reader.rows(sql`SELECT ${joinSql(huge.map(isWide))} FROM ${tableOf(result)}`);
    return new Set(huge.filter((_, at) => found?.[at] === true));
  }

  /** Releases a result. Does nothing for a released one. */
  async release(result: number): Promise<void> {
    if (this.#results.delete(result)) await this.#reader.run(sql`DROP TABLE ${tableOf(result)}`);
  }

  close(): void {
    this.#reader.close();
    this.#writer.close();
    this.database.close();
  }

  #find(result: number): KeptResult {
    const found = this.#results.get(result);
    if (found === undefined) throw new PondError('query-failed', 'the result was released: run the query again');
    return found;
  }
}

/** The error of rows that could not be kept. */
function keptError(error: unknown): PondError {
  const engine = readEngineError(error);
  const limit = engine && spillLimitIn(engine);
  if (limit === undefined) return queryError(error, '');
  const message = `the rows of the result need more than ${limit} on disk, together with other results that are kept`;
  return new PondError('query-failed', message, { hint: limitHint('resultBytesMax') });
}

async function fill(connection: Connection, result: number, stream: RowStream, signal: AbortSignal): Promise<number> {
  const appender = await connection.appender(tableOf(result));
  let rowCount = 0;
  try {
    for (;;) {
      throwIfCancelled(signal, 'the query');
      const chunk = await stream.next();
      if (chunk === undefined) return rowCount;
      appender.appendChunk(chunk);
      rowCount += chunk.rowCount;
    }
  } finally {
    appender.close();
  }
}

const tableOf = (result: number): SqlText => sql`result_${result}`;

const columnOf = (index: number): SqlText => sql`c${index}`;

/** SQL that creates the table of a result. */
function createTableSql(result: number, columns: readonly Column[]): SqlText {
  const declared = columns.map(({ type }, index) => sql`${columnOf(index)} ${requireSqlType(type)}`);
  return sql`CREATE TABLE ${tableOf(result)} (${joinSql(declared)})`;
}

/**
 * Rows are only ever appended, so row ids count from 0 without gaps, and DuckDB skips the blocks outside the window.
 */
function windowSql(values: SqlText, result: number, start: number, count: number): SqlText {
  return sql`SELECT ${values} FROM ${tableOf(result)} WHERE rowid >= ${start} AND rowid < ${start + count} ORDER BY rowid`;
}

const copyOptions: Readonly<Record<CopyFormat, SqlText>> = {
  csv: sql`FORMAT csv, HEADER true`,
  json: sql`FORMAT json, ARRAY true`,
  ndjson: sql`FORMAT json, ARRAY false`,
  parquet: sql`FORMAT parquet`,
};

/** SQL that writes a result to a host file. */
function copySql(
  result: number,
  columns: readonly Column[],
  format: CopyFormat,
  { disk, path }: HostTarget,
  wide: ReadonlySet<number>,
): SqlText {
  const values = named(columns).map(({ name, value }, index) => {
    const column = columns[index]!;
    const written =
      format === 'parquet' ? exact(column, value, wide.has(index)) : format === 'csv' ? value : finite(column, value);
    return sql`${written} AS ${identifier(name)}`;
  });
  const target = literal(disk.hostPath(path) ?? path);
  return sql`COPY (SELECT ${joinSql(values)} FROM ${tableOf(result)}) TO ${target} (${copyOptions[format]})`;
}

/** A value that Parquet can represent without a loss. */
function exact({ type }: Column, value: SqlText, isWide: boolean): SqlText {
  const written = exactParquetType(type, isWide);
  return written === type ? value : castSql(value, written);
}

async function writeFile(
  { disk, path }: HostTarget,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const file = disk.create(path);
  try {
    for await (const chunk of content) {
      throwIfCancelled(signal, 'the query');
      file.append(chunk);
    }
  } finally {
    file.close();
  }
}

/** A value that JSON can represent: it has no NaN and no infinities, which DuckDB would write regardless. */
function finite({ type }: Column, value: SqlText): SqlText {
  if (type === 'DOUBLE' || type === 'FLOAT') return sql`CASE WHEN isfinite(${value}) THEN ${value} END`;
  if (!/DOUBLE|FLOAT|JSON|VARIANT/.test(type)) return value;
  const json = sql`to_json(${value})`;
  const text = sql`CAST(${json} AS VARCHAR)`;
  // Inside lists and structs they are found in the text, between its strings.
  const parts = sql`regexp_extract_all(${text}, ${literal(jsonParts)})`;
  const part = sql`CASE WHEN part[1] = '"' THEN part ELSE regexp_replace(part, ${notFinite}, 'null', 'gi') END`;
  const replaced = sql`CAST(array_to_string([${part} FOR part IN ${parts}], '') AS JSON)`;
  return sql`CASE WHEN regexp_matches(${text}, ${notFinite}, 'i') THEN ${replaced} ELSE ${json} END`;
}

const notFinite = literal('-?(?:nan|inf(?:inity)?)');

/** Strings of a JSON text, and the text between them. */
const jsonParts = String.raw`"(?:[^"\\]|\\.)*"|[^"]+`;

/** The columns under names that differ in more than case: "a", "a_1". */
function named(columns: readonly Column[]): readonly { readonly name: string; readonly value: SqlText }[] {
  const taken = new Set<string>();
  return columns.map((column, index) => {
    let name = column.name;
    for (let next = 1; taken.has(name.toLowerCase()); next += 1) name = `${column.name}_${next}`;
    taken.add(name.toLowerCase());
    return { name, value: columnOf(index) };
  });
}
