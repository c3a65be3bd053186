import { type DuckDBInstance } from '@duckdb/node-api';
import { Connection } from './connection.ts';
import { loadNative } from './native.ts';
import { literal, literalList, sql, type SqlText } from './sql.ts';

export interface DatabaseSettings {
  /** Bytes that DuckDB may hold before it spills to disk. */
  readonly memoryLimitBytes?: number;
  /** Host directory for data that does not fit in memory. DuckDB creates it when first needed. */
  readonly spillDirectory?: string;
  /** Bytes that DuckDB may write there; by default 90% of what is free on the disk. */
  readonly spillBytesMax?: number;
  readonly threads?: number;
}

/** Settings of a locked database. */
interface LockedSettings extends DatabaseSettings {
  /** Host files that its statements may open, for reading or writing. No other path is accessible. */
  readonly hostPaths: readonly string[];
  /** Host directory whose files they may open as well; none by default. */
  readonly hostDirectory?: string | undefined;
  /** Bytes that a streamed result of `connection` may buffer ahead of its reader; default 1 MB. */
  readonly streamingBufferBytes?: number;
  /** False when a host file may change while the database is open; default true. */
  readonly keepsFileContents?: boolean;
}

/** A locked database with its first connection. */
export interface LockedDatabase {
  readonly database: Database;
  readonly connection: Connection;
}

/**
 * An in-memory DuckDB database that installs and loads no extension by itself. Its time zone is always UTC, and it
 * reports errors as JSON.
 */
export class Database {
  readonly #instance: DuckDBInstance;

  constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  async connect(): Promise<Connection> {
    const connection = new Connection(await this.#instance.connect());
    return connection;
  }

  /** Frees memory and spilled files once all connections are closed. */
  close(): void {
    this.#instance.closeSync();
  }
}

/**
 * Opens an empty in-memory database with access to the whole host: only for statements without any text that a person
 * wrote or that was read from a pond. Fails `engine-unavailable` when DuckDB cannot be loaded.
 */
export async function openDatabase(settings: DatabaseSettings = {}): Promise<Database> {
  const { connection, database } = await open(settings);
  connection.close();
  return database;
}

/**
 * Opens an empty in-memory database with access to the given host files and nothing else of the host or the network,
 * and with settings that no statement can change. It is locked before anything else runs in it. Fails like
 * openDatabase.
 */
export async function openLockedDatabase(settings: LockedSettings): Promise<LockedDatabase> {
  const opened = await open(settings);
  const { hostPaths, hostDirectory, streamingBufferBytes, keepsFileContents = true } = settings;
  try {
    await runAll(opened.connection, [
      ...(streamingBufferBytes === undefined
        ? []
        : [sql`SET streaming_buffer_size = ${literal(kibibytes(streamingBufferBytes))}`]),
      ...(keepsFileContents ? [] : [sql`SET GLOBAL enable_external_file_cache = false`]),
      sql`SET allow_persistent_secrets = false`,
      sql`SET allowed_paths = ${literalList(hostPaths)}`,
      ...(hostDirectory === undefined ? [] : [sql`SET allowed_directories = ${literalList([`${hostDirectory}/`])}`]),
      sql`SET enable_external_access = false`,
      sql`SET lock_configuration = true`,
    ]);
    return opened;
  } catch (error) {
    opened.connection.close();
    opened.database.close();
    throw error;
  }
}

async function open({
  memoryLimitBytes,
  spillDirectory,
  spillBytesMax,
  threads,
}: DatabaseSettings): Promise<LockedDatabase> {
  const { DuckDBInstance } = await loadNative();
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    // The defaults are in the home folder of the user.
    secret_directory: 'none',
    extension_directory: 'none',
    ...(memoryLimitBytes === undefined ? {} : { memory_limit: kibibytes(memoryLimitBytes) }),
    ...(spillDirectory === undefined ? {} : { temp_directory: spillDirectory }),
    ...(threads === undefined ? {} : { threads: String(threads) }),
  });
  const database = new Database(instance);
  const connection = await database.connect();
  // GLOBAL applies them to every connection. DuckDB ignores the limit on spilled data when it opens a database.
  await runAll(connection, [
    sql`SET GLOBAL errors_as_json = true`,
    sql`SET GLOBAL TimeZone = 'UTC'`,
    ...(spillBytesMax === undefined
      ? []
      : [sql`SET GLOBAL max_temp_directory_size = ${literal(kibibytes(spillBytesMax))}`]),
  ]);
  return { database, connection };
}

async function runAll(connection: Connection, statements: readonly SqlText[]): Promise<void> {
  for (const statement of statements) await connection.run(statement);
}

function kibibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)}KiB`;
}
