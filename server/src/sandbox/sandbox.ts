import { PondError } from '../base/error.ts';
import { type Connection } from '../duckdb/connection.ts';
import { type Chunk } from '../duckdb/values.ts';
import { type Database, type DatabaseSettings, openLockedDatabase } from '../duckdb/database.ts';
import { identifier } from '../duckdb/sql.ts';
import { requireSqlType } from '../duckdb/sqlType.ts';
import { type RowStream } from '../duckdb/statements.ts';
import { type PlainValue } from './plainValue.ts';
import { runError, viewError } from './redactHostPaths.ts';
import { type SandboxSpec, type TableSpec } from './sources.ts';
import { viewSql } from './textTables/viewSql.ts';
import {
  allowed,
  notAQuery,
  type QueryStatement,
  splitQuery,
  statementText,
  withoutFirstLine,
} from './userStatements.ts';

/** Bytes that a result may be buffered ahead of its reader: with the default of 1 MB, reading waits for each chunk. */
const streamingBufferBytes = 32 * 1024 * 1024;

/**
 * A separate database for a user's SQL. DuckDB's settings belong to a whole database and cannot change once locked; so
 * each set of files gets a new database (about 10 ms), and queries over the same set share it.
 *
 * Invariants:
 * - It opens the spec's host files and no other; it has no network, and loads no extension.
 * - No statement changes a setting.
 * - Only a single SELECT runs, optionally after EXPLAIN, and the CREATE TYPE that DuckDB puts before a dynamic PIVOT.
 *   This matters because DuckDB lets a COPY write to the files it may read.
 */
export class Sandbox {
  readonly key: string;
  readonly #spec: SandboxSpec;
  readonly #database: Database;
  readonly #connection: Connection;
  #hasViews = false;
  #isInterrupted = false;

  private constructor(spec: SandboxSpec, database: Database, connection: Connection) {
    this.key = sandboxKey(spec);
    this.#spec = spec;
    this.#database = database;
    this.#connection = connection;
  }

  /** Opens a database with the spec's tables, still empty. */
  static async open(spec: SandboxSpec, settings: DatabaseSettings): Promise<Sandbox> {
    const hostPaths = spec.files.map((file) => file.hostPath);
    const { database, connection } = await openLockedDatabase({ ...settings, hostPaths, streamingBufferBytes });
    await connection.run('CREATE SCHEMA pond');
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
   * Starts a query, without relying on its analysis. Fails `invalid-content` for unreadable files, `query-forbidden`
   * for text that is not a query, and with the codes of runError; the stream throws the same errors. Run one query at a
   * time, and read each to its end or failure.
   */
  async query(statement: QueryStatement): Promise<RowStream> {
    await this.#makeViews(statement.query);
    try {
      await this.#connection.run('BEGIN');
      const stream = await this.#start(statement);
      return { columns: stream.columns, next: () => this.#next(stream, statement) };
    } catch (error) {
      return await this.#fail(error, statement);
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

  async #makeViews(sql: string): Promise<void> {
    if (this.#hasViews) return;
    for (const view of this.#spec.views) {
      try {
        await this.#connection.run(await viewSql(this.#connection, view));
      } catch (error) {
        throw viewError(error, view, sql, this.#spec.files);
      }
      // An interrupt between two statements reaches neither.
      if (this.#isInterrupted) throw new PondError('cancelled', 'the query was cancelled');
    }
    this.#hasViews = true;
  }

  async #start(statement: QueryStatement): Promise<RowStream> {
    const { query, explain } = statement;
    const statements = await splitQuery(this.#connection, query);
    if (statements === undefined) throw notAQuery();
    if (explain !== undefined) return await this.#explain(statement);
    const last = statements.count - 1;
    for (let index = 0; index < last; index += 1) {
      const type = allowed(await statements.bind(index), ['create']);
      await type.run();
      type.close();
    }
    return allowed(await statements.bind(last), ['select']).stream();
  }

  /** Explains a query that is known to be a SELECT: EXPLAIN ANALYZE would run any other statement. */
  async #explain(statement: QueryStatement): Promise<RowStream> {
    const queries = await this.#connection.statements(statement.query);
    const query = await queries.bind(0).catch((error: unknown) => {
      throw runError(error, statement.query, this.#spec.files);
    });
    allowed(query, ['select']).close();
    const explained = await this.#connection.statements(statementText(statement));
    if (queries.count !== 1 || explained.count !== 1) throw notAQuery();
    return allowed(await explained.bind(0), ['explain']).stream();
  }

  async #next(stream: RowStream, statement: QueryStatement): Promise<Chunk | undefined> {
    try {
      const chunk = await stream.next();
      if (chunk !== undefined) return chunk;
      if (!(await this.#connection.inGoodTransaction())) await this.#explainEnd(statement);
      await this.#connection.run('ROLLBACK');
      return undefined;
    } catch (error) {
      return await this.#fail(error, statement);
    }
  }

  /** Throws the reason that a stream ended early, which DuckDB reports only for a statement that is not streamed. */
  async #explainEnd({ query }: QueryStatement): Promise<never> {
    if (!this.#isInterrupted) {
      await this.#connection.run('ROLLBACK');
      const text = `CREATE TEMP TABLE result AS\n${query}`;
      await this.#runAll(text).catch((error: unknown) => {
        const reason = runError(error, text, this.#spec.files);
        // The statement was bound before, so it is valid: it must be a DESCRIBE or similar, which makes no table.
        if (reason.code !== 'query-invalid') throw withoutFirstLine(reason);
      });
    }
    throw new PondError(this.#isInterrupted ? 'cancelled' : 'query-failed', 'the query ended before its last row');
  }

  /** Runs the CREATE TABLE of a query. That of a dynamic PIVOT is enclosed in a transaction. */
  async #runAll(text: string): Promise<void> {
    const statements = await this.#connection.statements(text);
    for (let index = 0; index < statements.count; index += 1) {
      const statement = allowed(await statements.bind(index), ['create', 'transaction']);
      await statement.run();
      statement.close();
    }
  }

  async #fail(error: unknown, statement: QueryStatement): Promise<never> {
    // A transaction that failed at its end is gone already, which is fine.
    await this.#connection.run('ROLLBACK').catch(() => undefined);
    if (error instanceof PondError) throw error;
    const reason = runError(error, statementText(statement), this.#spec.files);
    throw statement.explain === undefined ? reason : withoutFirstLine(reason);
  }
}

/** Equal for specs that can share a database. */
export function sandboxKey(spec: SandboxSpec): string {
  return JSON.stringify([spec.tablesKey, spec.views.map((view) => ('sql' in view ? view.sql : view.source))]);
}

function createTableSql({ name, columns }: TableSpec): string {
  const declared = columns.map(([column, type]) => `${identifier(column)} ${requireSqlType(type)}`);
  return `CREATE TABLE pond.${identifier(name)} (${declared.join(', ')})`;
}
