import { PondError } from '../base/error.ts';
import { type Connection } from '../duckdb/connection.ts';
import { type Chunk } from '../duckdb/values.ts';
import { type Database, type DatabaseSettings, openDatabase } from '../duckdb/database.ts';
import { identifier } from '../duckdb/sql.ts';
import { type RowStream, type Statements } from '../duckdb/statements.ts';
import { type PlainValue } from './plainValue.ts';
import { runError, viewError } from './hostNames.ts';
import { lockSql, type SandboxSpec, type TableSpec } from './sources.ts';
import { allowed, withoutFirstLine } from './userStatements.ts';

/**
 * A database of its own for the SQL of a user. DuckDB's settings belong to a whole database and, once locked, stay as
 * they are; so each set of files gets a new one (about 10 ms), and queries over the same set share it.
 *
 * Invariants, once sealed:
 * - It opens the spec's host files and no other; it has no network, and loads no extension.
 * - No statement changes a setting.
 * - Only SELECT and EXPLAIN statements run, and the CREATE TYPE that DuckDB puts before a dynamic PIVOT. This matters
 *   because DuckDB lets a COPY write to the files it may read.
 */
export class Sandbox {
  readonly key: string;
  readonly #spec: SandboxSpec;
  readonly #database: Database;
  readonly #connection: Connection;
  #isSealed = false;
  #isInterrupted = false;

  private constructor(spec: SandboxSpec, database: Database, connection: Connection) {
    this.key = sandboxKey(spec);
    this.#spec = spec;
    this.#database = database;
    this.#connection = connection;
  }

  /** Opens a database with the spec's tables, still empty. */
  static async open(spec: SandboxSpec, settings: DatabaseSettings): Promise<Sandbox> {
    const database = await openDatabase(settings);
    const connection = await database.connect();
    // Bytes that a result may be ahead of its reader: with the 1 MB of the default, reading waits for each chunk.
    await connection.run("SET errors_as_json = true; SET streaming_buffer_size = '32MB'; CREATE SCHEMA pond");
    for (const table of spec.tables) await connection.run(createTableSql(table));
    return new Sandbox(spec, database, connection);
  }

  /** Adds rows, as columns, to a table of the spec. Only before the first query. */
  async append(table: TableSpec, columns: readonly (readonly PlainValue[])[]): Promise<void> {
    const appender = await this.#connection.appender(table.name, 'pond');
    try {
      await appender.appendColumns(columns);
    } finally {
      appender.close();
    }
  }

  /**
   * Starts a query. Fails `invalid-content` for files that cannot be read, `query-forbidden` for what is not a query,
   * and with the codes of runError; the same holds for what the stream throws. One at a time, each
   * read to its end or to its failure.
   */
  async query(sql: string): Promise<RowStream> {
    await this.#seal(sql);
    try {
      await this.#connection.run('BEGIN');
      const stream = await this.#start(await this.#connection.statements(sql));
      return { columns: stream.columns, next: () => this.#next(stream, sql) };
    } catch (error) {
      return await this.#fail(error, sql);
    }
  }

  interrupt(): void {
    this.#isInterrupted = true;
    this.#connection.interrupt();
  }

  close(): void {
    this.#connection.close();
    this.#database.close();
  }

  async #seal(sql: string): Promise<void> {
    if (this.#isSealed) return;
    await this.#connection.run(lockSql(this.#spec.files.map((file) => file.hostPath)));
    for (const view of this.#spec.views) {
      await this.#connection.run(view.sql).catch((error: unknown) => {
        throw viewError(error, view, sql, this.#spec.files);
      });
    }
    this.#isSealed = true;
  }

  async #start(statements: Statements): Promise<RowStream> {
    for (let index = 0; index < statements.count - 1; index += 1) {
      const statement = allowed(await statements.bind(index), ['create']);
      await statement.run();
      statement.close();
    }
    return allowed(await statements.bind(statements.count - 1), ['select', 'explain']).stream();
  }

  async #next(stream: RowStream, sql: string): Promise<Chunk | undefined> {
    try {
      const chunk = await stream.next();
      if (chunk !== undefined) return chunk;
      if (!(await this.#connection.inGoodTransaction())) await this.#explainEnd(sql);
      await this.#connection.run('ROLLBACK');
      return undefined;
    } catch (error) {
      return await this.#fail(error, sql);
    }
  }

  /** Throws the reason that a stream ended early, which DuckDB tells only of a statement that is not streamed. */
  async #explainEnd(sql: string): Promise<never> {
    if (!this.#isInterrupted) {
      await this.#connection.run('ROLLBACK');
      const prefix = 'CREATE TEMP TABLE result AS\n';
      await this.#connection.run(prefix + sql).catch((error: unknown) => {
        const reason = runError(error, prefix + sql, this.#spec.files);
        // What was bound before does not become invalid: this is an EXPLAIN, or the like, that makes no table.
        if (reason.code !== 'query-invalid') throw withoutFirstLine(reason);
      });
    }
    throw new PondError(this.#isInterrupted ? 'cancelled' : 'query-failed', 'the query ended before its last row');
  }

  async #fail(error: unknown, sql: string): Promise<never> {
    // There is no transaction any more when it failed at its end, and that is as good.
    await this.#connection.run('ROLLBACK').catch(() => undefined);
    throw runError(error, sql, this.#spec.files);
  }
}

/** Equal for specs that can share a database. */
export function sandboxKey(spec: SandboxSpec): string {
  return JSON.stringify([spec.tablesKey, spec.views.map((view) => view.sql)]);
}

function createTableSql({ name, columns }: TableSpec): string {
  return `CREATE TABLE pond.${identifier(name)} (${columns.map(([column, type]) => `${identifier(column)} ${type}`).join(', ')})`;
}
