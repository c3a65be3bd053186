import { type ErrorDetails, PondError } from '../base/error.ts';
import { type Connection } from '../duckdb/connection.ts';
import { sql } from '../duckdb/sql.ts';
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
    if (!isTableFunction && !refusedFunctions.has(name) && !(await engineFunctions(connection)).all.has(name)) continue;
    const reason = refusedFunctions.get(name);
    const hint = reason === undefined ? 'A query reads the pond and nothing else.' : `The function ${reason}.`;
    throw new PondError('query-forbidden', `${name}() is not allowed in a query`, {
      ...locate(offset),
      hint: isTableFunction ? (tableHints.get(name) ?? pathHint) : hint,
    });
  }
}

const pathHint = 'Pond paths and patterns are tables: FROM "/folder/file.csv", FROM "/folder/*.parquet".';

/** Hints in the place of table functions that show how files are read. */
const tableHints: ReadonlyMap<string, string> = new Map([
  ['sniff_csv', "'pond describe /folder/file.csv' shows how a file is read, and why."],
  ...['parquet_schema', 'parquet_metadata', 'parquet_file_metadata'].map((name): [string, string] => [
    name,
    "'pond describe /folder/file.parquet' shows the columns, types and rows of a file.",
  ]),
  ['glob', "'pond ls -R' and 'pond find' list files."],
]);

/** Names of the functions of the bundled DuckDB, in lower case. */
interface EngineFunctions {
  readonly all: ReadonlySet<string>;
  /** Table functions and pragmas. */
  readonly tables: ReadonlySet<string>;
}

let known: EngineFunctions | undefined;

/** Returns the functions of DuckDB, which it lists in about 20 ms: read once by a process. */
export async function engineFunctions(connection: Connection): Promise<EngineFunctions> {
  if (known !== undefined) return known;
  const rows = await connection.rows(sql`SELECT DISTINCT lower(function_name), function_type FROM duckdb_functions()`);
  const named = rows.map(([name, type]) => ({ name: String(name), isTable: /^(table|pragma)/.test(String(type)) }));
  known = {
    all: new Set(named.map(({ name }) => name)),
    tables: new Set(named.flatMap(({ name, isTable }) => (isTable ? [name] : []))),
  };
  return known;
}
