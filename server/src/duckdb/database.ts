import { type DuckDBInstance } from '@duckdb/node-api';
import { Connection } from './connection.ts';
import { loadNative } from './native.ts';
import { literalList } from './sql.ts';

export interface DatabaseSettings {
  /** Bytes that DuckDB may hold before it spills to disk. */
  readonly memoryLimitBytes?: number;
  /** Host directory for what does not fit in memory. Made by DuckDB when first needed. */
  readonly spillDirectory?: string;
  readonly threads?: number;
}

/** Settings that fit what a locked database is for. */
export interface LockedSettings extends DatabaseSettings {
  /** Host files that its statements may open, and those that they may write. No other path can be reached. */
  readonly hostPaths: readonly string[];
  /** Bytes that a streamed result of `connection` may be ahead of its reader; default 1 MB. */
  readonly streamingBufferBytes?: number;
  /** False when the content of a host path may change while the database is open; default true. */
  readonly keepsFileContents?: boolean;
}

/** A database that is locked, with its first connection. */
export interface LockedDatabase {
  readonly database: Database;
  readonly connection: Connection;
}

/**
 * An in-memory DuckDB database that installs and loads no extension by itself. Its time zone is UTC, whatever that of
 * the machine, and it reports errors as JSON.
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
 * Opens an empty in-memory database that can reach the whole host: only for one in which no text of a person, and none
 * that was read from a pond, is ever part of a statement. Fails `engine-unavailable` when DuckDB cannot be loaded.
 */
export async function openDatabase(settings: DatabaseSettings = {}): Promise<Database> {
  const { connection, database } = await open(settings);
  connection.close();
  return database;
}

/**
 * Opens an empty in-memory database that reaches the given host files and nothing else of the host or the network, and
 * whose settings no statement can change. It is locked before anything else runs in it. Errors as openDatabase.
 */
export async function openLockedDatabase(settings: LockedSettings): Promise<LockedDatabase> {
  const opened = await open(settings);
  const { hostPaths, streamingBufferBytes, keepsFileContents = true } = settings;
  try {
    await runAll(opened.connection, [
      ...(streamingBufferBytes === undefined
        ? []
        : [`SET streaming_buffer_size = '${kibibytes(streamingBufferBytes)}'`]),
      ...(keepsFileContents ? [] : ['SET GLOBAL enable_external_file_cache = false']),
      'SET allow_persistent_secrets = false',
      `SET allowed_paths = ${literalList(hostPaths)}`,
      'SET enable_external_access = false',
      'SET lock_configuration = true',
    ]);
    return opened;
  } catch (error) {
    opened.connection.close();
    opened.database.close();
    throw error;
  }
}

async function open({ memoryLimitBytes, spillDirectory, threads }: DatabaseSettings): Promise<LockedDatabase> {
  const { DuckDBInstance } = await loadNative();
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    ...(memoryLimitBytes === undefined ? {} : { memory_limit: kibibytes(memoryLimitBytes) }),
    ...(spillDirectory === undefined ? {} : { temp_directory: spillDirectory }),
    ...(threads === undefined ? {} : { threads: String(threads) }),
  });
  const database = new Database(instance);
  const connection = await database.connect();
  // GLOBAL, so that each connection has them.
  await runAll(connection, ['SET GLOBAL errors_as_json = true', "SET GLOBAL TimeZone = 'UTC'"]);
  return { database, connection };
}

async function runAll(connection: Connection, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await connection.run(statement);
}

function kibibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)}KiB`;
}
