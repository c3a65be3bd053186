import { type SqlText } from '../../server/src/duckdb/sql.ts';

/** A statement of a test: no text of others is in it, so it need not be built by the tag. */
export function anySql(statement: string): SqlText {
  return statement as SqlText;
}
