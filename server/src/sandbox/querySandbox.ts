import { cancelled } from '../base/cancelled.ts';
import { PondError } from '../base/error.ts';
import { type Connection } from '../duckdb/connection.ts';
import { openLockedDatabase } from '../duckdb/database.ts';
import { identifier, joinSql, sql, type SqlText } from '../duckdb/sql.ts';
import { requireSqlType } from '../duckdb/sqlType.ts';
import { type BoundStatement, type RowStream } from '../duckdb/statements.ts';
import { type Chunk } from '../duckdb/values.ts';
import { setParameters } from './parameters.ts';
import { type PlainValue } from './plainValue.ts';
import { withOffers } from './offers.ts';
import { runError } from './redactHostPaths.ts';
import { FileNames } from './fileNames.ts';
import { Sandbox, type SandboxParts, type SandboxSettings } from './sandbox.ts';
import { type SandboxSpec, type TableSpec } from './sources.ts';
import { type QueryParameter } from './types.ts';
import {
  allowed,
  notAQuery,
  type QueryStatement,
  splitQuery,
  statementText,
  userSql,
  withoutFirstLine,
} from './userStatements.ts';

/** Settings of the sandbox of a query. */
interface QuerySandboxSettings extends SandboxSettings {
  /** Host directory for the names of its files, which does not exist yet. */
  readonly inputDirectory: string;
}

/** A query that runs, with the values of its parameters. */
interface StartedQuery {
  readonly statement: QueryStatement;
  readonly parameters: readonly QueryParameter[];
}

/**
 * Bytes of values, without those of long texts, that DuckDB computes ahead of the reader of a result, and before it returns
 * the first chunk. With the default of 1 MB, reading waits for each chunk.
 */
const streamingBufferBytes = 4 * 1024 * 1024;

/**
 * The sandbox of a query that returns rows; queries over the same set of files share it. Only a single SELECT runs,
 * optionally after EXPLAIN. This matters because DuckDB lets a COPY write to the files it may read.
 */
export class QuerySandbox extends Sandbox {
  readonly key: string;
  /** The spec, with the files under the names that SQL sees. */
  readonly spec: SandboxSpec;
  readonly #inputs: FileNames;
  readonly #connection: Connection;
  #hasViews = false;

  private constructor(
    key: string,
    { spec, inputs }: { readonly spec: SandboxSpec; readonly inputs: FileNames },
    { connection, ...parts }: SandboxParts & { readonly connection: Connection },
  ) {
    super(parts);
    this.key = key;
    this.spec = spec;
    this.#inputs = inputs;
    this.#connection = connection;
    this.activate(connection);
  }

  /** Opens a database with the spec's tables, still empty. Fails `storage-failed` for a missing file. */
  static async open(
    hostSpec: SandboxSpec,
    { openDisk, inputDirectory, ...settings }: QuerySandboxSettings,
  ): Promise<QuerySandbox> {
    const inputs = new FileNames(inputDirectory, openDisk);
    try {
      const spec = inputs.namedSpec(hostSpec);
      const rowsDirectory = hasPacks(spec) ? inputs.makeDirectory('rows') : undefined;
      const access = { hostPaths: inputs.names, hostDirectory: rowsDirectory };
      const { database, connection } = await openLockedDatabase({ ...settings, ...access, streamingBufferBytes });
      await connection.run(sql`CREATE SCHEMA pond`);
      for (const table of spec.tables) await connection.run(createTableSql(table));
      return new QuerySandbox(
        sandboxKey(hostSpec),
        { spec, inputs },
        { database, connection, openDisk, rowsDirectory },
      );
    } catch (error) {
      inputs.close();
      throw error;
    }
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
  async query(statement: QueryStatement, parameters: readonly QueryParameter[] = []): Promise<RowStream> {
    const started = { statement, parameters };
    if (!this.#hasViews) {
      await this.createViews(this.#connection, this.spec.views, { sql: statement.query, files: this.spec.files });
      this.#hasViews = true;
    }
    try {
      await this.#connection.run(sql`BEGIN`);
      const stream = await this.#start(started);
      return { columns: stream.columns, next: () => this.#next(stream, started) };
    } catch (error) {
      return await this.#fail(error, statement);
    }
  }

  override close(): void {
    this.#connection.close();
    super.close();
    this.#inputs.close();
  }

  async #start(started: StartedQuery): Promise<RowStream> {
    const { statement, parameters } = started;
    const statements = await splitQuery(this.#connection, statement.query);
    if (statements === undefined) throw notAQuery();
    if (statement.explain !== undefined) return await this.#explain(started);
    const last = await this.bindLast(statements, true);
    await setParameters(this.#connection, { statement: last, query: statement.query }, parameters);
    return last.stream();
  }

  /** Explains a query that is known to be a SELECT: EXPLAIN ANALYZE would run any other statement. */
  async #explain({ statement, parameters }: StartedQuery): Promise<RowStream> {
    const queries = await this.#connection.statements(statement.query);
    const query = await queries.bind(0).catch((error: unknown) => {
      throw runError(error, statement.query, this.spec.files);
    });
    allowed(query, ['select'], true).close();
    const explained = await this.#connection.statements(statementText(statement));
    if (queries.count !== 1 || explained.count !== 1) throw notAQuery();
    const bound = allowed(await explained.bind(0), ['explain'], true);
    await setParameters(this.#connection, { statement: bound, query: statement.query }, parameters);
    return bound.stream();
  }

  async #next(stream: RowStream, started: StartedQuery): Promise<Chunk | undefined> {
    try {
      const chunk = await stream.next();
      if (chunk !== undefined) return chunk;
      if (!(await this.#connection.inGoodTransaction())) await this.#explainEnd(started);
      await this.#connection.run(sql`ROLLBACK`);
      return undefined;
    } catch (error) {
      return await this.#fail(error, started.statement);
    }
  }

  /** Throws the reason that a stream ended early, which DuckDB reports only for a statement that is not streamed. */
  async #explainEnd({ statement: { query }, parameters }: StartedQuery): Promise<never> {
    if (this.isInterrupted) throw cancelled('the query');
    await this.#connection.run(sql`ROLLBACK`);
    const text = sql`CREATE TEMP TABLE result AS\n${userSql(query)}`;
    try {
      // That of a dynamic PIVOT is enclosed in a transaction.
      const statements = await this.#connection.statements(text);
      const bind = (bound: BoundStatement) => setParameters(this.#connection, { statement: bound, query }, parameters);
      await this.runFirst(statements, statements.count, ['create', 'transaction'], bind);
    } catch (error) {
      const reason = runError(error, text, this.spec.files);
      // The statement was bound before, so it is valid: it must be a DESCRIBE or similar, which makes no table.
      if (reason.code !== 'query-invalid') throw withoutFirstLine(reason);
    }
    throw new PondError('query-failed', 'the query ended before its last row');
  }

  async #fail(error: unknown, statement: QueryStatement): Promise<never> {
    // A transaction that failed at its end is gone already, which is fine.
    await this.#connection.run(sql`ROLLBACK`).catch(() => undefined);
    if (error instanceof PondError) throw error;
    const { views, files } = this.spec;
    const found = runError(error, statementText(statement), files);
    const reason = await withOffers(found, views, this.scope(this.#connection));
    throw statement.explain === undefined ? reason : withoutFirstLine(reason);
  }
}

const hasPacks = ({ views }: SandboxSpec): boolean =>
  views.some((view) => 'source' in view && view.source.files.some(({ packedAt }) => packedAt !== undefined));

/** Equal for specs that can share a database: queries may name their tables in any order, and at any position. */
export function sandboxKey(spec: SandboxSpec): string {
  const views = spec.views.map((view) => JSON.stringify('sql' in view ? view.sql : { ...view.source, index: null }));
  return JSON.stringify([spec.tablesKey, ...views.sort()]);
}

function createTableSql({ name, columns }: TableSpec): SqlText {
  const declared = columns.map(([column, type]) => sql`${identifier(column)} ${requireSqlType(type)}`);
  return sql`CREATE TABLE pond.${identifier(name)} (${joinSql(declared)})`;
}
