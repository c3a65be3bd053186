import { type Connection } from '../duckdb/connection.ts';
import { openLockedDatabase } from '../duckdb/database.ts';
import { literal, sql } from '../duckdb/sql.ts';
import { runError, viewError } from './redactHostPaths.ts';
import { Sandbox, type SandboxParts, type SandboxSettings } from './sandbox.ts';
import { type SandboxSpec, type ViewSpec } from './sources.ts';
import { withOffers } from './offers.ts';
import { exactParquetType } from './parquetTypes.ts';
import { type StoredColumn, storedSql } from './storedSql.ts';
import { hasParameters, notAQuery, splitQuery, userSql, withoutFirstLine } from './userStatements.ts';

/** One run of a build in an open sandbox. */
interface BuildRun {
  /** One query according to DuckDB's parser, without a semicolon: see analyze. */
  readonly sql: string;
  /** Host files that the query may open, with their names in errors. */
  readonly files: SandboxSpec['files'];
  /** Views for this run alone, of the files that differ from run to run. */
  readonly views: readonly ViewSpec[];
  /** True to replace host paths with pond paths in text columns. */
  readonly renamesHostPaths: boolean;
}

/** Files and views of a sandbox, fixed for its lifetime. */
interface BuildSpec {
  /** Host paths that it may read; their content may change from run to run. */
  readonly hostPaths: readonly string[];
  /** Host path of the result. */
  readonly result: string;
  /** Views that all runs share, created by the first. */
  readonly views: readonly ViewSpec[];
}

/**
 * The sandbox of one query of a document, which runs over one file after another. Opening a database takes longer than
 * reading a small file, and locking a database fixes the paths that it may open: so the content changes while the paths
 * stay the same. Only COPY of a query runs. Each run has its own connection, and file contents are not cached: a run
 * finds nothing of the run before.
 */
export class BuildSandbox extends Sandbox {
  readonly #spec: BuildSpec;
  #hasViews = false;

  private constructor(spec: BuildSpec, { database, openDisk }: SandboxParts) {
    super({ database, openDisk });
    this.#spec = spec;
  }

  /** Opens a database; reads nothing yet. */
  static async open(spec: BuildSpec, { openDisk, ...settings }: SandboxSettings): Promise<BuildSandbox> {
    const hostPaths = [...spec.hostPaths, spec.result];
    // A reader's cache of one file would be returned for the next file at the same path.
    const opened = await openLockedDatabase({ ...settings, hostPaths, keepsFileContents: false });
    opened.connection.close();
    return new BuildSandbox(spec, { database: opened.database, openDisk });
  }

  /** False until a run has created the shared views. */
  get hasViews(): boolean {
    return this.#hasViews;
  }

  /**
   * Runs a query to its end and writes its rows in order to the result, a new Parquet file. Fails `invalid-content` for
   * unreadable files, `query-forbidden` for text that is not a query, and with the codes of runError. A sandbox whose
   * run failed before its views existed cannot be used again.
   */
  async write(run: BuildRun): Promise<void> {
    await this.#onConnection(async (connection) => {
      await this.createViews(connection, [...(this.#hasViews ? [] : this.#spec.views), ...run.views], run);
      this.#hasViews = true;
      await this.#copy(connection, run);
    });
  }

  /** Inspects files on a connection. Fails `invalid-content` for unreadable files, and as the work does. */
  async inspect<T>(work: (connection: Connection) => Promise<T>, files: SandboxSpec['files']): Promise<T> {
    return await this.#onConnection(async (connection) => {
      try {
        return await work(connection);
      } catch (error) {
        throw viewError(error, { index: undefined, path: files[0]?.pondPath }, '', files);
      }
    });
  }

  async #onConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.database.connect();
    this.activate(connection);
    try {
      this.throwIfInterrupted();
      return await work(connection);
    } finally {
      this.activate(undefined);
      connection.close();
    }
  }

  async #copy(connection: Connection, { sql: query, files, views, renamesHostPaths }: BuildRun): Promise<void> {
    let text = query;
    try {
      const parsed = await splitQuery(connection, query);
      if (parsed === undefined) throw notAQuery();
      let around = { opening: sql``, closing: sql`` };
      text = sql`FROM (\n${userSql(query)}\n)`;
      if (renamesHostPaths || !(await this.#isExact(connection, text))) {
        text = sql`DESCRIBE (\n${userSql(query)}\n)`;
        around = storedSql(await this.#describe(connection, text), renamesHostPaths ? files : []);
      }
      const { opening, closing } = around;
      const inner = sql`${opening}\n${userSql(query)}\n${closing}`;
      const copy = sql`COPY (${inner}) TO ${literal(this.#spec.result)} (FORMAT parquet, USE_TMP_FILE false)`;
      text = copy;
      const statements = await connection.statements(copy);
      this.throwIfInterrupted();
      // Binding and then running binds twice. A single statement that begins like this one is a COPY.
      if (parsed.count === 1) await connection.run(copy);
      // The COPY of a dynamic PIVOT: it is enclosed in a transaction, with the type that DuckDB creates for it.
      else await this.runFirst(statements, statements.count, ['copy', 'create', 'transaction']);
    } catch (error) {
      if (error instanceof Error && /Expected \d+ parameters, but none/.test(error.message)) throw hasParameters();
      throw withoutFirstLine(await withOffers(runError(error, text, files), views, this.scope(connection)));
    }
  }

  /** True when Parquet holds the values of all columns: found without a DESCRIBE, which takes longer. */
  async #isExact(connection: Connection, rows: string): Promise<boolean> {
    const bound = await this.bindLast(await connection.statements(rows), false);
    const isExact = bound.columnTypes.every((type) => exactParquetType(type, false) === type);
    bound.close();
    return isExact;
  }

  /** The columns of the query in a DESCRIBE, with the names of their types as people know them. */
  async #describe(connection: Connection, text: string): Promise<readonly StoredColumn[]> {
    const described = await this.bindLast(await connection.statements(text), false);
    const rows = await described.rows();
    described.close();
    return rows.map(([name, type]) => ({ name: String(name), type: String(type) }));
  }
}
