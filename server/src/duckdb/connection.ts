import { type DuckDBConnection } from '@duckdb/node-api';
import { PondError } from '../base/error.ts';
import { Appender } from './appender.ts';
import { readEngineError } from './engineError.ts';
import { literal, sql as sqlOf, type SqlText } from './sql.ts';
import { textCastSql, type SqlType } from './sqlType.ts';
import { type QueryColumn, Statements, type TypedValue } from './statements.ts';
import { type Value } from './values.ts';

/** Milliseconds between two looks at the progress of a statement. */
const progressMs = 100;

/**
 * A connection to a database. One call at a time, except interrupt. Errors are DuckDB's own: see engineError.ts. Only
 * SQL that sql.ts made runs; a text of others is parsed by `statements` first.
 *
 * Invariant: a call runs one statement. A text that DuckDB's parser splits into several is refused by `query-forbidden`
 * before any of them runs; `statements` is the way to inspect each.
 */
export class Connection {
  readonly #connection: DuckDBConnection;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  /** Runs a statement to its end. */
  async run(sql: SqlText): Promise<void> {
    await this.#requireOne(sql);
    await this.#connection.run(sql);
  }

  /** Runs a statement to its end. `report` gets the share of its rows that are read, 0 to 1, now and then. */
  async runWatched(sql: SqlText, report: (share: number) => void): Promise<void> {
    await this.run(sqlOf`SET enable_progress_bar = true`);
    await this.run(sqlOf`SET enable_progress_bar_print = false`);
    const timer = setInterval(() => {
      const { percentage } = this.#connection.progress;
      // It is negative as long as it is not known.
      if (percentage >= 0) report(percentage / 100);
    }, progressMs);
    try {
      await this.run(sql);
    } finally {
      clearInterval(timer);
    }
  }

  /** Returns all rows of a small result. */
  async rows(sql: SqlText, values?: readonly Value[]): Promise<readonly (readonly Value[])[]> {
    await this.#requireOne(sql);
    return (await this.#connection.runAndReadAll(sql, values && [...values])).getRows();
  }

  /** Returns the columns of a query, which is bound and not run. */
  async columnsOf(query: SqlText): Promise<readonly QueryColumn[]> {
    const described = await this.rows(sqlOf`DESCRIBE ${query}`);
    return described.map(([name, type]) => ({ name: String(name), type: String(type) }));
  }

  /** Returns all columns of a small result whose columns are text. */
  async textColumns(sql: SqlText): Promise<(string | null)[][]> {
    await this.#requireOne(sql);
    return (await this.#connection.runAndReadAll(sql)).getColumns() as (string | null)[][];
  }

  /** Returns a text as a value of a type: see textCastSql. */
  async typedValue(text: string, type: SqlType): Promise<TypedValue> {
    const result = await this.#connection.runAndReadAll(sqlOf`SELECT ${textCastSql(literal(text), type)}`);
    return { value: result.getRows()[0]?.[0] ?? null, type: result.columnType(0) };
  }

  /** Parses a text into its statements; none is bound or run. */
  async statements(sql: string): Promise<Statements> {
    return new Statements(await this.#connection.extractStatements(sql));
  }

  /** False when a statement of the open transaction failed. */
  async inGoodTransaction(): Promise<boolean> {
    try {
      await this.#connection.run('SELECT 1');
      return true;
    } catch (error) {
      if (readEngineError(error)?.type === 'transactioncontext') return false;
      throw error;
    }
  }

  /** Returns an appender for a table of ours, in `schema` or the default one. */
  async appender(table: string, schema?: string): Promise<Appender> {
    return new Appender(await this.#connection.createAppender(table, schema ?? null));
  }

  /** Makes a running call fail with an interrupt error. No effect when none runs. */
  interrupt(): void {
    this.#connection.interrupt();
  }

  close(): void {
    this.#connection.closeSync();
  }

  async #requireOne(sql: string): Promise<void> {
    const { count } = await this.statements(sql);
    if (count === 1) return;
    throw new PondError('query-forbidden', `expected one statement, got a text of ${count}`);
  }
}
