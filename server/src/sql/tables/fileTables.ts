import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { PondError } from '../../base/error.ts';
import { LruCache } from '../../base/lruCache.ts';
import { type Connection } from '../../duckdb/connection.ts';
import { type Database, openLockedDatabase } from '../../duckdb/database.ts';
import { literalList, sql } from '../../duckdb/sql.ts';
import { FileNames } from '../../sandbox/fileNames.ts';
import { parquetReading, readerSql } from '../../sandbox/formats.ts';
import { runError } from '../../sandbox/redactHostPaths.ts';
import { type SandboxSettings } from '../../sandbox/sandbox.ts';
import { type SourceFile } from '../../sandbox/sources.ts';
import { filesRelation, positionColumns } from './relation.ts';
import { TableReader } from './tableReader.ts';

/** Maximum number of tables of files that are open; each has its share of the memory. */
const openMax = 2;

/**
 * Tables of Parquet files, read in place. Each has a database that is locked to its files, in which only statements of
 * ours run: they have nothing of a stranger but quoted names and values.
 */
export class FileTables {
  readonly #settings: SandboxSettings;
  readonly #directory: string;
  readonly #open: LruCache<string, OpenTable>;

  /** The databases have the memory of `settings` together; they spill below `directory`. */
  constructor(settings: SandboxSettings, directory: string) {
    const memoryLimitBytes = (settings.memoryLimitBytes ?? 0) / openMax;
    this.#settings = { ...settings, ...(memoryLimitBytes > 0 && { memoryLimitBytes }) };
    this.#directory = directory;
    this.#open = new LruCache({ max: openMax, onEvict: (table) => table.close() });
  }

  /**
   * Runs work on the table of some files, opened when it is not yet. The reader is undefined for files with a column by
   * whose name DuckDB identifies rows. Fails `invalid-content` for unreadable files, `storage-failed` for missing ones.
   */
  async use<T>(files: readonly SourceFile[], work: (reader: TableReader | undefined) => Promise<T>): Promise<T> {
    const key = JSON.stringify(files.map(({ hostPath, sizeBytes, key: content }) => [hostPath, sizeBytes, content]));
    const directory = join(this.#directory, randomUUID());
    const table = this.#open.get(key) ?? this.#open.set(key, new OpenTable(files, directory, this.#settings));
    try {
      return await table.use(work);
    } catch (error) {
      // A file that is missing may be there again at the next attempt, under another name.
      if (table.isBroken && this.#open.get(key) === table) this.#open.delete(key);
      throw error;
    }
  }
}

/** The parts of an open table. */
interface Opened {
  readonly database: Database;
  readonly names: FileNames;
  readonly reader: TableReader | undefined;
}

/** One table of files: it opens with the first use, and closes after the last. */
class OpenTable {
  readonly #opened: Promise<Opened>;
  #isBroken = false;
  #uses = 0;
  #isClosing = false;

  constructor(files: readonly SourceFile[], directory: string, settings: SandboxSettings) {
    this.#opened = openFiles(files, directory, settings);
    this.#opened.catch(() => (this.#isBroken = true));
  }

  /** True when it could not be opened. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  async use<T>(work: (reader: TableReader | undefined) => Promise<T>): Promise<T> {
    this.#uses += 1;
    try {
      return await work((await this.#opened).reader);
    } finally {
      this.#uses -= 1;
      this.#closeUnused();
    }
  }

  /** Closes it once no work uses it. */
  close(): void {
    this.#isClosing = true;
    this.#closeUnused();
  }

  #closeUnused(): void {
    if (!this.#isClosing || this.#uses > 0) return;
    this.#opened.then(
      ({ database, names }) => {
        database.close();
        names.close();
      },
      () => undefined,
    );
  }
}

async function openFiles(
  files: readonly SourceFile[],
  directory: string,
  { openDisk, ...settings }: SandboxSettings,
): Promise<Opened> {
  const names = new FileNames(join(directory, 'inputs'), openDisk);
  try {
    const named = files.map((file) => names.named(file));
    const spillDirectory = join(directory, 'spill');
    const { database, connection } = await openLockedDatabase({ ...settings, spillDirectory, hostPaths: names.names });
    const explain = (error: unknown): PondError => fileError(error, named);
    try {
      const hostPaths = named.map(({ hostPath }) => hostPath);
      const from = readerSql(parquetReading, hostPaths);
      const columns = await connection.columnsOf(sql`FROM ${from}`);
      const isHidden = columns.some(({ name }) => positionColumns.includes(name.toLowerCase()));
      const counted = isHidden ? [] : await countRows(connection, hostPaths);
      const reader = isHidden
        ? undefined
        : new TableReader({ database, relation: filesRelation(from, counted, columns), explain });
      return { database, names, reader };
    } catch (error) {
      database.close();
      throw explain(error);
    } finally {
      connection.close();
    }
  } catch (error) {
    names.close();
    throw error;
  }
}

/** Numbers of rows of files, in their order, as the files state them. */
async function countRows(connection: Connection, hostPaths: readonly string[]): Promise<readonly number[]> {
  const [names = [], counts = []] = await connection.textColumns(
    sql`SELECT file_name, CAST(num_rows AS VARCHAR) FROM parquet_file_metadata(${literalList([...new Set(hostPaths)])})`,
  );
  const rowsOf = new Map(names.map((name, index) => [name, Number(counts[index] ?? 0)]));
  return hostPaths.map((name) => rowsOf.get(name) ?? 0);
}

/** The error of files that could not be read, with their pond paths; the statements are ours, so it has no position. */
function fileError(error: unknown, files: readonly SourceFile[]): PondError {
  if (error instanceof PondError) return error;
  const { code, message, path, hint, cause } = runError(error, '', files);
  return new PondError(code, message, { ...(path && { path }), ...(hint && { hint }), cause });
}
