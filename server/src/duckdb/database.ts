import { type DuckDBInstance } from '@duckdb/node-api';
import { Connection } from './connection.ts';
import { loadNative } from './native.ts';

export interface DatabaseSettings {
  /** Bytes that DuckDB may hold before it spills to disk. */
  readonly memoryLimitBytes?: number;
  /** Host directory for what does not fit in memory. Made by DuckDB when first needed. */
  readonly spillDirectory?: string;
  readonly threads?: number;
}

/** An in-memory DuckDB database that installs and loads no extension by itself. */
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

/** Opens an empty in-memory database. Fails `engine-unavailable` when DuckDB cannot be loaded. */
export async function openDatabase(settings: DatabaseSettings = {}): Promise<Database> {
  const { DuckDBInstance } = await loadNative();
  const { memoryLimitBytes, spillDirectory, threads } = settings;
  return new Database(
    await DuckDBInstance.create(':memory:', {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
      ...(memoryLimitBytes === undefined ? {} : { memory_limit: `${Math.ceil(memoryLimitBytes / 1024)}KiB` }),
      ...(spillDirectory === undefined ? {} : { temp_directory: spillDirectory }),
      ...(threads === undefined ? {} : { threads: String(threads) }),
    }),
  );
}
