import { PondError } from '../base/error.ts';
import { type BoundStatement } from '../duckdb/statements.ts';

/**
 * Returns the statement. Fails `query-forbidden` for one of another kind, `query-invalid` for one that waits for
 * values.
 */
export function allowed(statement: BoundStatement, kinds: readonly BoundStatement['kind'][]): BoundStatement {
  if (!kinds.includes(statement.kind)) {
    throw new PondError('query-forbidden', 'the text is not a query', {
      hint: 'A query reads the pond and changes nothing.',
    });
  }
  if (statement.parameterCount > 0) throw hasParameters();
  return statement;
}

/** The error of a query that waits for values. */
export function hasParameters(): PondError {
  return new PondError('query-invalid', 'the query has parameters ($1 or ?), which have no values here');
}

/** The same error with its position in the text behind the first line. */
export function withoutFirstLine(error: PondError): PondError {
  const { code, message, path, hint, position, cause } = error;
  return new PondError(code, message, {
    ...(path === undefined ? {} : { path }),
    ...(hint === undefined ? {} : { hint }),
    ...(position === undefined ? {} : { position: { ...position, line: Math.max(0, position.line - 1) } }),
    cause,
  });
}
