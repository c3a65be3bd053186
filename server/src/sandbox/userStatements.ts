import { PondError } from '../base/error.ts';
import { type Connection } from '../duckdb/connection.ts';
import { sql, type SqlText } from '../duckdb/sql.ts';
import { type BoundStatement, type StatementKind, type Statements } from '../duckdb/statements.ts';

/** One query to run, with the exact text that was analyzed. */
export interface QueryStatement {
  /** A single query according to DuckDB's parser, at its position in the text as written. */
  readonly query: string;
  /** `EXPLAIN` with its options, rebuilt from known words; undefined to return the rows of the query. */
  readonly explain: string | undefined;
}

/**
 * A query of a user as a part of SQL, which runs only in a sandbox. The only way in which SQL of others enters: DuckDB's
 * parser has taken the text for a single query, see splitQuery.
 */
export function userSql(query: string): SqlText {
  return query as SqlText;
}

/** The text of the statement. With EXPLAIN the query begins on its second line. */
export function statementText({ query, explain }: QueryStatement): string {
  return explain === undefined ? query : `${explain}\n${query}`;
}

/**
 * The statements into which DuckDB splits one query, unbound: the query, after a CREATE TYPE for each PIVOT that takes
 * its columns from the data. Undefined for a text that is not a single query. Fails with DuckDB's own error for a text
 * that does not parse.
 */
export async function splitQuery(connection: Connection, query: string): Promise<Statements | undefined> {
  const statements = await connection.statements(query);
  if (statements.count === 1) return statements;
  // DuckDB's grammar allows only a query in these parentheses. Since the text parses alone, it cannot close them
  // itself.
  const inside = await connection.statements(sql`SELECT * FROM (\n${userSql(query)}\n)`).catch(() => undefined);
  return inside?.count === statements.count ? statements : undefined;
}

/**
 * Returns the statement. Fails `query-forbidden` for a statement of another kind, `query-invalid` for one with
 * parameters unless `hasValues`: its parameters have values, or get them.
 */
export function allowed(
  statement: BoundStatement,
  kinds: readonly StatementKind[],
  hasValues: boolean,
): BoundStatement {
  if (!kinds.includes(statement.kind)) throw notAQuery();
  if (!hasValues && statement.parameterCount > 0) throw hasParameters();
  return statement;
}

/** The error of a text that is not a single query. */
export function notAQuery(): PondError {
  return new PondError('query-forbidden', 'the text is not a query', {
    hint: 'A query reads the pond and changes nothing.',
  });
}

/** The error of a query with parameters. */
export function hasParameters(): PondError {
  return new PondError('query-invalid', 'the query has parameters ($1 or ?), which have no values here');
}

/** The same error with its position relative to the text after the first line. */
export function withoutFirstLine(error: PondError): PondError {
  const { position, cause } = error;
  if (position === undefined) return error;
  return error.with({ position: { ...position, line: Math.max(0, position.line - 1) }, cause });
}
