import { throwIfCancelled } from '../base/cancelled.ts';
import { PondError } from '../base/error.ts';
import { type Connection } from '../duckdb/connection.ts';
import { type Database, type DatabaseSettings, openDatabase } from '../duckdb/database.ts';
import { queryError, readEngineError, spillLimitIn } from '../duckdb/engineError.ts';
import { limitHint } from '../duckdb/limits.ts';
import { joinSql, literal, sql } from '../duckdb/sql.ts';
import { type RowStream } from '../duckdb/statements.ts';
import { type ReportRows } from '../sandbox/messages.ts';
import { type Column, type ResultFormat, type RowWindow } from '../protocol/results.ts';
import { type Disk } from '../storage/disk.ts';
import { hasHugeIntegers } from '../sandbox/parquetTypes.ts';
import { isCopyFormat, resultFile } from './files/resultFile.ts';
import { type RowsAsText } from './files/rowWindows.ts';
import { Filling } from './filling.ts';
import { columnOf, copySql, createTableSql, named, tableOf, windowSql } from './resultSql.ts';
import { type RelationColumn, tableRelation } from './tables/relation.ts';
import { TableReader } from './tables/tableReader.ts';

/** Rows that are read together while a file is written. */
const fileWindowRows = 8192;

/** A file to write, which does not exist. */
interface HostTarget {
  readonly disk: Disk;
  readonly path: string;
}

interface CopyTarget extends HostTarget {
  readonly format: ResultFormat;
  readonly report?: ReportRows;
}

interface KeptResult {
  readonly columns: readonly Column[];
  /** Number of rows that are kept so far. */
  readonly rowCount: () => number;
  /** Number of rows that can be read before all are kept. */
  readonly firstRows: number;
  /** Resolves when all rows are kept; fails with the reason that they are not. */
  whole: Promise<void>;
  reader?: TableReader;
}

/** A result with all of its rows. */
interface KeptRows extends BegunResult {
  readonly rowCount: number;
}

/** A result with its first rows, or all of them. */
interface BegunResult {
  readonly result: number;
  readonly columns: readonly Column[];
  /** Undefined while there are more rows. */
  readonly rowCount: number | undefined;
}

/**
 * Keeps the rows of finished queries, one table each, in a database that user SQL cannot reach. Columns are named c0,
 * c1, … there, so names need not be distinct. Data beyond the memory limit spills to disk.
 */
export class ResultStore {
  readonly database: Database;
  readonly #readConnection: Connection;
  readonly #writer: Connection;
  readonly #results = new Map<number, KeptResult>();
  #lastResult = 0;

  private constructor(database: Database, reader: Connection, writer: Connection) {
    this.database = database;
    this.#readConnection = reader;
    this.#writer = writer;
  }

  static async open(settings: DatabaseSettings): Promise<ResultStore> {
    const database = await openDatabase(settings);
    return new ResultStore(database, await database.connect(), await database.connect());
  }

  /** Reads a stream to its end, one stream at a time. A failure, or the signal, leaves no data. */
  async keep(stream: RowStream, signal: AbortSignal, report?: ReportRows): Promise<KeptRows> {
    const { result, columns } = await this.begin(stream, signal, report);
    try {
      return { result, columns, rowCount: await this.finish(result) };
    } catch (error) {
      await this.release(result);
      throw error;
    }
  }

  /**
   * Reads the first rows of a stream, as many as a screen shows; `finish` waits for the others, which are read meanwhile.
   * One stream at a time. A failure leaves no data.
   */
  async begin(stream: RowStream, signal: AbortSignal, report?: ReportRows): Promise<BegunResult> {
    const result = (this.#lastResult += 1);
    const { columns } = stream;
    const connection = await this.database.connect();
    try {
      await connection.run(createTableSql(result, columns));
      const filling = new Filling(await connection.appender(tableOf(result)), stream, signal, report);
      const isWhole = await filling.begin();
      const firstRows = filling.rowCount;
      const kept: KeptResult = { columns, rowCount: () => filling.rowCount, firstRows, whole: Promise.resolve() };
      this.#results.set(result, kept);
      if (isWhole) connection.close();
      else kept.whole = this.#fill(filling, connection);
      // Who waits for it gets its failure.
      kept.whole.catch(() => undefined);
      return { result, columns, rowCount: isWhole ? filling.rowCount : undefined };
    } catch (error) {
      await connection.run(sql`DROP TABLE IF EXISTS ${tableOf(result)}`);
      connection.close();
      throw keptError(error);
    }
  }

  /** Number of rows of a result, once all are kept. Fails with the reason that they are not. */
  async finish(result: number): Promise<number> {
    const kept = this.#find(result);
    await kept.whole;
    return kept.rowCount();
  }

  /** The columns of a result, with names that differ. */
  columns(result: number): readonly Column[] {
    return readerColumns(this.#find(result)).map(({ name, type }) => ({ name, type }));
  }

  /** The reader of a result's views, once all rows are kept. Fails as `finish`. */
  async reader(result: number): Promise<TableReader> {
    await this.finish(result);
    return this.#reader(result);
  }

  /** The reader of a result, for rows that are kept already; undefined when some of them may not be. */
  begunReader(
    result: number,
    { start, count }: { readonly start: number; readonly count: number },
  ): TableReader | undefined {
    return start + count <= this.#find(result).firstRows ? this.#reader(result) : undefined;
  }

  /**
   * Rows from `start`, fewer than `count` at the end. Cost is that of the window. Fails `query-failed` once released.
   */
  async rows(result: number, start: number, count: number): Promise<RowWindow> {
    const { columns } = this.#find(result);
    const values = joinSql(columns.map((_, index) => sql`CAST(${columnOf(index)} AS VARCHAR)`));
    const window = await this.#readConnection.textColumns(windowSql(values, result, start, count));
    return { start, columns: columns.map((_, index) => window[index] ?? []) };
  }

  /** Changes the text in a column (0-based) of a result of few rows. */
  async replaceTexts(result: number, column: number, change: (text: string) => string): Promise<void> {
    const { columns } = await this.rows(result, 0, this.#find(result).rowCount());
    for (const text of new Set(columns[column])) {
      if (text === null || change(text) === text) continue;
      const name = columnOf(column);
      await this.#writer.run(
        sql`UPDATE ${tableOf(result)} SET ${name} = ${literal(change(text))} WHERE ${name} = ${literal(text)}`,
      );
    }
  }

  /** Writes all rows to a new file of a host directory, in which each value is exact. */
  async copy(result: number, { format, report, ...file }: CopyTarget, signal: AbortSignal): Promise<void> {
    const connection = await this.database.connect();
    const interrupt = () => connection.interrupt();
    signal.addEventListener('abort', interrupt);
    try {
      await this.finish(result);
      const { columns, rowCount: countRows } = this.#find(result);
      const rowCount = countRows();
      const wide = await this.#wideColumns(result);
      if (isCopyFormat(format)) {
        const hostPath = file.disk.hostPath(file.path) ?? file.path;
        const reportShare = (share: number): void => report?.(Math.round(share * rowCount), rowCount);
        await connection.runWatched(copySql(result, columns, { format, hostPath, wide }), reportShare);
      } else await writeFile(file, resultFile(format, this.#rowsAsText(result, connection, report), wide), signal);
    } catch (error) {
      throw queryError(error, '');
    } finally {
      signal.removeEventListener('abort', interrupt);
      connection.close();
    }
  }

  #reader(result: number): TableReader {
    const kept = this.#find(result);
    const relation = tableRelation(tableOf(result), readerColumns(kept));
    const explain = (error: unknown) => queryError(error, '');
    return (kept.reader ??= new TableReader({ database: this.database, relation, explain }));
  }

  #rowsAsText(result: number, connection: Connection, report: ReportRows | undefined): RowsAsText {
    const { columns, rowCount: countRows } = this.#find(result);
    const rowCount = countRows();
    const names = named(columns);
    return {
      columns: columns.map(({ type }, index) => ({ name: names[index]!.name, type })),
      rowCount,
      async *windows(valueOf = (_, value) => sql`CAST(${value} AS VARCHAR)`) {
        const values = joinSql(columns.map((column, index) => valueOf(column, columnOf(index), index)));
        for (let start = 0; start < rowCount; start += fileWindowRows) {
          report?.(start, rowCount);
          yield await connection.textColumns(windowSql(values, result, start, fileWindowRows));
        }
      },
    };
  }

  /** Indexes of the columns with integers of more than 38 digits, which no decimal holds. */
  async #wideColumns(result: number): Promise<ReadonlySet<number>> {
    const { columns } = this.#find(result);
    const huge = columns.flatMap(({ type }, index) => (hasHugeIntegers(type) ? [index] : []));
    if (huge.length === 0) return new Set();
    const isWide = (index: number) => sql`bool_or(regexp_matches(CAST(${columnOf(index)} AS VARCHAR), '[0-9]{39}'))`;
    const [found] = await this.#readConnection.rows(sql`SELECT ${joinSql(huge.map(isWide))} FROM ${tableOf(result)}`);
    return new Set(huge.filter((_, at) => found?.[at] === true));
  }

  /** Releases a result. Does nothing for a released one. */
  async release(result: number): Promise<void> {
    const kept = this.#results.get(result);
    if (kept === undefined || !this.#results.delete(result)) return;
    // A table that is being filled cannot be dropped.
    await kept.whole.catch(() => undefined);
    await kept.reader?.close();
    await this.#readConnection.run(sql`DROP TABLE ${tableOf(result)}`);
  }

  close(): void {
    this.#readConnection.close();
    this.#writer.close();
    this.database.close();
  }

  async #fill(filling: Filling, connection: Connection): Promise<void> {
    try {
      await filling.finish();
    } catch (error) {
      throw keptError(error);
    } finally {
      connection.close();
    }
  }

  #find(result: number): KeptResult {
    const found = this.#results.get(result);
    if (found === undefined) throw new PondError('query-failed', 'the result was released: run the query again');
    return found;
  }
}

function readerColumns({ columns }: KeptResult): readonly RelationColumn[] {
  return named(columns).map(({ name, value }, index) => ({ name, type: columns[index]!.type, value }));
}

/** The error of rows that could not be kept. */
function keptError(error: unknown): PondError {
  const engine = readEngineError(error);
  const limit = engine && spillLimitIn(engine);
  if (limit === undefined) return queryError(error, '');
  const message = `the rows of the result need more than ${limit} on disk, together with other results that are kept`;
  return new PondError('query-failed', message, { hint: limitHint('resultBytesMax') });
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
