import { PondError } from '../base/error.ts';
import { type Connection } from '../duckdb/connection.ts';
import { type Database, type DatabaseSettings, openLockedDatabase } from '../duckdb/database.ts';
import { literal } from '../duckdb/sql.ts';
import { type Value } from '../duckdb/values.ts';
import { runError, viewError } from './redactHostPaths.ts';
import { renamingSql } from './renamingSql.ts';
import { type SandboxSpec, type ViewSpec } from './sources.ts';
import { viewSql } from './textTables/viewSql.ts';
import { allowed, hasParameters, notAQuery, splitQuery, withoutFirstLine } from './userStatements.ts';

/** One run of a build in an open sandbox. */
export interface BuildRun {
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
export interface BuildSpec {
  /** Host paths that it may read; their content may change from run to run. */
  readonly hostPaths: readonly string[];
  /** Host path of the result. */
  readonly result: string;
  /** Views that all runs share, created by the first. */
  readonly views: readonly ViewSpec[];
}

/**
 * A database for the SQL of one query of a document, which runs over one file after another. Opening a database takes
 * longer than reading a small file, and locking a database fixes the paths that it may open: so the content changes
 * while the paths stay the same.
 *
 * Invariants:
 * - It opens the spec's host paths and no other; it has no network, and loads no extension.
 * - No statement changes a setting: those of a connection are set for the database before it is locked.
 * - Only COPY of a query runs, and the CREATE TYPE that DuckDB puts before a dynamic PIVOT.
 * - Each run has its own connection, and file contents are not cached: a run finds nothing of the run before.
 */
export class BuildSandbox {
  readonly #database: Database;
  readonly #spec: BuildSpec;
  #hasViews = false;
  #connection: Connection | undefined;
  #isInterrupted = false;

  private constructor(database: Database, spec: BuildSpec) {
    this.#database = database;
    this.#spec = spec;
  }

  /** Opens a database; reads nothing yet. */
  static async open(spec: BuildSpec, settings: DatabaseSettings): Promise<BuildSandbox> {
    const hostPaths = [...spec.hostPaths, spec.result];
    // A reader's cache of one file would be returned for the next file at the same path.
    const opened = await openLockedDatabase({ ...settings, hostPaths, keepsFileContents: false });
    opened.connection.close();
    return new BuildSandbox(opened.database, spec);
  }

  /**
   * Runs a query to its end and writes its rows in order to the result, a new Parquet file. Fails `invalid-content` for
   * unreadable files, `query-forbidden` for text that is not a query, and with the codes of runError. A sandbox whose
   * run failed before its views existed cannot be used again.
   */
  async write(run: BuildRun): Promise<void> {
    const connection = await this.#database.connect();
    this.#connection = connection;
    try {
      this.#checkInterrupt();
      await makeViews(connection, [...(this.#hasViews ? [] : this.#spec.views), ...run.views], run);
      this.#hasViews = true;
      await this.#copy(connection, run);
    } finally {
      this.#connection = undefined;
      connection.close();
    }
  }

  /** Inspects files on a connection. Fails `invalid-content` for unreadable files, and as the work does. */
  async look<T>(work: (connection: Connection) => Promise<T>, files: SandboxSpec['files']): Promise<T> {
    const connection = await this.#database.connect();
    this.#connection = connection;
    try {
      this.#checkInterrupt();
      const result = await work(connection);
      this.#checkInterrupt();
      return result;
    } catch (error) {
      throw viewError(error, { index: undefined, path: files[0]?.pondPath }, '', files);
    } finally {
      this.#connection = undefined;
      connection.close();
    }
  }

  /** False until a run has created the shared views. */
  get hasViews(): boolean {
    return this.#hasViews;
  }

  /** Makes the current run fail, and all later ones. */
  interrupt(): void {
    this.#isInterrupted = true;
    this.#connection?.interrupt();
  }

  close(): void {
    this.#database.close();
  }

  async #copy(connection: Connection, { sql, files, renamesHostPaths }: BuildRun): Promise<void> {
    let text = sql;
    try {
      const query = await splitQuery(connection, sql);
      if (query === undefined) throw notAQuery();
      let around = { opening: '', closing: '' };
      if (renamesHostPaths) {
        text = `DESCRIBE (\n${sql}\n)`;
        around = renamingSql(await describe(connection, text), files);
      }
      text = `COPY (${around.opening}\n${sql}\n${around.closing}) TO ${literal(this.#spec.result)} (FORMAT parquet, USE_TMP_FILE false)`;
      const statements = await connection.statements(text);
      this.#checkInterrupt();
      // Binding and then running binds twice, and each bind scans a CSV file. A single statement that begins like this
      // one is a COPY.
      if (query.count === 1) await connection.run(text);
      else {
        // The COPY of a dynamic PIVOT: it is enclosed in a transaction, with the type that DuckDB creates for it.
        for (let index = 0; index < statements.count; index += 1) {
          const statement = allowed(await statements.bind(index), ['copy', 'create', 'transaction']);
          await statement.run();
          statement.close();
        }
      }
    } catch (error) {
      if (error instanceof Error && /Expected \d+ parameters, but none/.test(error.message)) throw hasParameters();
      throw withoutFirstLine(runError(error, text, files));
    }
  }

  /** An interrupt between two statements reaches neither. */
  #checkInterrupt(): void {
    if (this.#isInterrupted) throw new PondError('cancelled', 'the query was cancelled');
  }
}

/** The rows of a DESCRIBE. DuckDB creates the types of a dynamic PIVOT first. */
async function describe(connection: Connection, text: string): Promise<readonly (readonly Value[])[]> {
  const statements = await connection.statements(text);
  for (let index = 0; index < statements.count - 1; index += 1) {
    const type = allowed(await statements.bind(index), ['create']);
    await type.run();
    type.close();
  }
  const last = allowed(await statements.bind(statements.count - 1), ['select']);
  const rows = await last.rows();
  last.close();
  return rows;
}

async function makeViews(
  connection: Connection,
  views: readonly ViewSpec[],
  { sql, files }: Pick<BuildRun, 'sql' | 'files'>,
): Promise<void> {
  for (const view of views) {
    try {
      await connection.run(await viewSql(connection, view));
    } catch (error) {
      throw viewError(error, view, sql, files);
    }
  }
}
