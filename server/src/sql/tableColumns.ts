import { identifier, sql } from '../duckdb/sql.ts';
import { type Pond } from '../pond/types.ts';
import { type Column } from '../protocol/results.ts';
import { type QueryEngine } from './engine.ts';
import { ownStatement } from './ownStatement.ts';

/** Returns the columns of the table that a name in a query means. Fails as a query over it. */
export async function tableColumns(
  engine: QueryEngine,
  { pond, name, at }: { readonly pond: Pond; readonly name: string; readonly at: string | undefined },
  signal: AbortSignal,
): Promise<readonly Column[]> {
  const text = sql`SELECT * FROM ${identifier(name)} LIMIT 0`;
  const { resultId, columns } = await ownStatement(
    engine.run(pond, { sql: text, ...(at !== undefined && { at }) }, signal),
  );
  await engine.release(resultId);
  return columns;
}
