import { throwIfCancelled } from '../base/cancelled.ts';
import { type Connection } from '../duckdb/connection.ts';
import { type Database, type DatabaseSettings } from '../duckdb/database.ts';
import { type BoundStatement, type StatementKind, type Statements } from '../duckdb/statements.ts';
import { type OpenDisk } from '../storage/disk.ts';
import { viewError } from './redactHostPaths.ts';
import { type SandboxSpec, type ViewSpec } from './sources.ts';
import { type TextScope } from './textTables/decoded.ts';
import { viewSql } from './textTables/viewSql.ts';
import { allowed } from './userStatements.ts';

/** Settings of a sandbox. */
export interface SandboxSettings extends DatabaseSettings {
  /** Opens the directories of host files that are checked before DuckDB reads them. */
  readonly openDisk: OpenDisk;
}

/** An open, locked database and the disks of its files. */
export interface SandboxParts {
  readonly database: Database;
  readonly openDisk: OpenDisk;
  /** Directory of this database alone, for rows of files that are in packs; undefined without any. */
  readonly rowsDirectory?: string | undefined;
}

/**
 * A separate, locked database for a user's SQL. DuckDB's settings belong to a whole database and cannot change once
 * locked; so each set of host paths has a database (about 20 ms). The two policies are QuerySandbox, whose queries
 * return rows, and BuildSandbox, whose queries write a file.
 *
 * Invariants:
 * - It opens the given host files, and files that were made of their rows, and no others; it has no network, and loads no
 *   extension.
 * - No statement changes a setting.
 * - Only statements of the kinds that the policy names run, and the CREATE TYPE that DuckDB puts before a dynamic PIVOT.
 */
export abstract class Sandbox {
  protected readonly database: Database;
  readonly #openDisk: OpenDisk;
  readonly #rowsDirectory: string | undefined;
  #rowsFiles = 0;
  readonly #interrupted = new AbortController();
  #active: Connection | undefined;

  protected constructor({ database, openDisk, rowsDirectory }: SandboxParts) {
    this.database = database;
    this.#rowsDirectory = rowsDirectory;
    this.#openDisk = openDisk;
  }

  /** Makes the current statement fail, and all later ones. */
  interrupt(): void {
    this.#interrupted.abort();
    this.#active?.interrupt();
  }

  /** Frees the database. */
  close(): void {
    this.database.close();
  }

  protected get isInterrupted(): boolean {
    return this.#interrupted.signal.aborted;
  }

  /** Fails `cancelled` after an interrupt, which between two statements reaches neither. */
  protected throwIfInterrupted(): void {
    throwIfCancelled(this.#interrupted.signal, 'the query');
  }

  /** Sets the connection that an interrupt stops; undefined for none. */
  protected activate(connection: Connection | undefined): void {
    this.#active = connection;
  }

  protected scope(connection: Connection): TextScope {
    const connect = (): Promise<Connection> => Promise.resolve(connection);
    const directory = this.#rowsDirectory;
    const newFile = directory === undefined ? undefined : () => `${directory}/${(this.#rowsFiles += 1)}`;
    return { connect, openDisk: this.#openDisk, signal: this.#interrupted.signal, ...(newFile && { newFile }) };
  }

  /** Creates views on a connection. Fails `invalid-content` for unreadable files, at the position of their table. */
  protected async createViews(
    connection: Connection,
    views: readonly ViewSpec[],
    { sql, files }: { readonly sql: string; readonly files: SandboxSpec['files'] },
  ): Promise<void> {
    const scope = this.scope(connection);
    for (const view of views) {
      try {
        await connection.run(await viewSql(scope, view));
      } catch (error) {
        throw viewError(error, view, sql, files);
      }
      this.throwIfInterrupted();
    }
  }

  /**
   * Runs the first `count` statements of a text, which must be of the given kinds. `setValues` gives the parameters of
   * each their values; without it they have none.
   */
  protected async runFirst(
    statements: Statements,
    count: number,
    kinds: readonly StatementKind[],
    setValues?: (statement: BoundStatement) => Promise<void>,
  ): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      const statement = allowed(await statements.bind(index), kinds, setValues !== undefined);
      await setValues?.(statement);
      await statement.run();
      statement.close();
    }
  }

  /**
   * Binds the last statement of a text, which must be a query, after running those before it. With `takesValues` it may
   * have parameters, whose values the caller sets.
   */
  protected async bindLast(statements: Statements, takesValues: boolean): Promise<BoundStatement> {
    const last = statements.count - 1;
    await this.runFirst(statements, last, ['create']);
    return allowed(await statements.bind(last), ['select'], takesValues);
  }
}
