import { type ErrorDetails, PondError } from '../base/error.ts';
import { type AstFunction } from './ast.ts';

/**
 * Table functions that a query may call: those that make rows from their arguments. All others read files, run SQL
 * hidden in a string, or expose the engine and its host. The sandbox blocks host access in any case; this list fails
 * earlier and with a clearer message.
 */
const tableFunctions = new Set([
  'generate_series',
  'histogram',
  'histogram_values',
  'json_each',
  'json_tree',
  'range',
  'repeat',
  'repeat_row',
  'summary',
  'test_all_types',
  'unnest',
]);

/** Scalar functions and macros that expose the host or the engine: its settings, or the text of views. */
const hostFunctions = new Set([
  'current_query',
  'current_setting',
  'getenv',
  'json_serialize_plan',
  'pg_get_viewdef',
  'write_log',
]);

/** True for a table of DuckDB's own that has settings or the text of views, which contain host paths. */
export function describesHost(schema: string, name: string): boolean {
  if (/^information_schema$/i.test(schema)) return /^views$/i.test(name);
  return /^(pg_(settings|views)|duckdb_(logs|views)|sqlite_(temp_)?(master|schema))$/i.test(name);
}

/** Fails `query-forbidden` at the first function that a query may not call. */
export function checkFunctions(
  functions: readonly AstFunction[],
  locate: (offset: number | undefined) => Pick<ErrorDetails, 'position'>,
): void {
  for (const { name, offset, isTableFunction } of functions) {
    if (isTableFunction ? tableFunctions.has(name) : !hostFunctions.has(name)) continue;
    throw new PondError('query-forbidden', `${name}() is not allowed in a query`, {
      ...locate(offset),
      hint: isTableFunction
        ? 'Pond paths and patterns are tables: FROM "/folder/file.csv", FROM "/folder/*.parquet".'
        : 'A query reads the pond and nothing else.',
    });
  }
}
