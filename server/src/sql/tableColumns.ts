import { identifier, sql } from '../duckdb/sql.ts';
import { type Pond } from '../pond/types.ts';
import { type Column } from '../protocol/results.ts';
import { type TextFormat } from '../sandbox/textFormat.ts';
import { type QueryEngine } from './engine.ts';
import { ownStatement } from './ownStatement.ts';

/** A name of a table in a query. */
interface NamedTable {
  readonly pond: Pond;
  readonly name: string;
  readonly at: string | undefined;
  /** Stated for the table, in addition to the formats of its files. */
  readonly format: TextFormat | undefined;
}

/** Returns the columns of the table that a name in a query means. Fails as a query over it. */
export async function tableColumns(
  engine: QueryEngine,
  { pond, name, at, format }: NamedTable,
  signal: AbortSignal,
): Promise<readonly Column[]> {
  const text = sql`SELECT * FROM ${identifier(name)} LIMIT 0`;
  const stated = { ...(at !== undefined && { at }), ...(format && { formats: new Map([[name, format]]) }) };
  const { resultId, columns } = await ownStatement(engine.run(pond, { sql: text, ...stated }, signal));
  await engine.release(resultId);
  return columns;
}
