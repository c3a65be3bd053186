import { type ErrorDetails, PondError } from '../base/error.ts';
import { type Connection } from '../duckdb/connection.ts';
import { type AstFunction } from './ast.ts';
import { allowedTableFunctions, isAllowedFunction, refusedFunctions } from './functionNames.ts';

/** True for a table of DuckDB's own that has settings or the text of views, which contain host paths. */
export function describesHost(schema: string, name: string): boolean {
  if (/^information_schema$/i.test(schema)) return /^views$/i.test(name);
  return /^(pg_(settings|views)|duckdb_(logs|views)|sqlite_(temp_)?(master|schema))$/i.test(name);
}

/**
 * Fails `query-forbidden` at the first function that a query may not call. The name of no function at all is left to
 * DuckDB, whose error suggests others.
 */
export async function checkFunctions(
  connection: Connection,
  functions: readonly AstFunction[],
  locate: (offset: number | undefined) => Pick<ErrorDetails, 'position'>,
): Promise<void> {
  const suspects = functions.filter(({ name, isTableFunction }) =>
    isTableFunction ? !allowedTableFunctions.has(name) : !isAllowedFunction(name),
  );
  for (const { name, offset, isTableFunction } of suspects) {
    if (!isTableFunction && !refusedFunctions.has(name) && !(await isFunction(connection, name))) continue;
    const reason = refusedFunctions.get(name);
    const hint = reason === undefined ? 'A query reads the pond and nothing else.' : `The function ${reason}.`;
    throw new PondError('query-forbidden', `${name}() is not allowed in a query`, {
      ...locate(offset),
      hint: isTableFunction
        ? 'Pond paths and patterns are tables: FROM "/folder/file.csv", FROM "/folder/*.parquet".'
        : hint,
    });
  }
}

async function isFunction(connection: Connection, name: string): Promise<boolean> {
  const rows = await connection.rows(
    'SELECT 1 FROM duckdb_functions() WHERE lower(function_name) = $1::VARCHAR LIMIT 1',
    [name],
  );
  return rows.length > 0;
}
