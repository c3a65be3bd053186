/** Values of the parameters of a person's query. */
import { PondError } from '../base/error.ts';
import { createLineMap, type SourcePosition } from '../base/lineMap.ts';
import { tokenize } from '../base/sqlTokens.ts';
import { type Connection } from '../duckdb/connection.ts';
import { readEngineError } from '../duckdb/engineError.ts';
import { parseSqlType, requireSqlType, type SqlType } from '../duckdb/sqlType.ts';
import { type BoundStatement, type StatementParameter, type TypedValue } from '../duckdb/statements.ts';
import { type QueryParameter } from './types.ts';

const text = requireSqlType('VARCHAR');

/**
 * Gives the parameters of a statement their values. A value has the type that is stated with it, else the type that the
 * statement needs, else it is text. Fails `query-invalid` for a parameter without a value, at its position in the query, a
 * value without a parameter, an unknown type, and a value that its type cannot hold.
 */
export async function setParameters(
  connection: Connection,
  { statement, query }: { readonly statement: BoundStatement; readonly query: string },
  given: readonly QueryParameter[],
): Promise<void> {
  requireWithoutGap(statement, query);
  const { parameters } = statement;
  const values = new Map(given.map((one) => [one.name.toLowerCase(), one]));
  const missing = parameters.map(({ name }) => name).filter((name) => !values.has(name.toLowerCase()));
  if (missing.length > 0) throw withoutValues(missing, query);
  const known = new Set(parameters.map(({ name }) => name.toLowerCase()));
  const unused = given.find(({ name }) => !known.has(name.toLowerCase()));
  if (unused !== undefined) throw unknownParameter(unused.name, parameters);
  for (const [index, parameter] of parameters.entries()) {
    const one = values.get(parameter.name.toLowerCase());
    if (one !== undefined) statement.setParameter(index, await valueOf(connection, one, parameter.type));
  }
}

async function valueOf(
  connection: Connection,
  { name, value, type: stated }: QueryParameter,
  needed: string | undefined,
): Promise<TypedValue> {
  const type = stated === undefined ? neededType(needed) : statedType(name, stated);
  if (value.includes('\0')) throw new PondError('query-invalid', `the value of $${name} contains a NUL character`);
  try {
    return await connection.typedValue(value, type);
  } catch (error) {
    if (readEngineError(error) === undefined) throw error;
    const got = JSON.stringify(value.slice(0, 80));
    throw new PondError('query-invalid', `the parameter $${name} takes ${type}, got ${got}`, { cause: error });
  }
}

/** NULL alone has no type that a text could be converted to. */
function neededType(needed: string | undefined): SqlType {
  const type = needed === undefined || needed === '"NULL"' ? undefined : parseSqlType(needed);
  return type ?? text;
}

function statedType(name: string, stated: string): SqlType {
  const type = parseSqlType(stated.toUpperCase()) ?? parseSqlType(stated);
  if (type !== undefined) return type;
  throw new PondError('query-invalid', `expected the name of a type for $${name}, got ${JSON.stringify(stated)}`, {
    hint: 'Types are for example INTEGER, DOUBLE, DATE, TIMESTAMP, VARCHAR and DECIMAL(18,3).',
  });
}

/** Fails `query-invalid` for a number such as 2 without 1 before it: DuckDB gives such a parameter no value. */
function requireWithoutGap({ parameterCount }: BoundStatement, query: string): void {
  const names = writtenParameters(query).map(({ name }) => name);
  const last = names.find((name) => /^\d+$/.test(name) && Number(name) > parameterCount);
  if (last === undefined) return;
  const first = Array.from({ length: parameterCount }, (_, index) => `${index + 1}`).find(
    (name) => !names.includes(name),
  );
  throw new PondError('query-invalid', `the query has the parameter $${last}, but no $${first ?? parameterCount + 1}`, {
    hint: 'Numbered parameters are $1, $2 and so on, without a gap.',
    ...positionOf(last, query),
  });
}

function withoutValues(names: readonly string[], query: string): PondError {
  const [first = ''] = names;
  const list = names.map((name) => `$${name}`).join(', ');
  const what = names.length === 1 ? `the parameter ${list} has` : `the parameters ${list} have`;
  return new PondError('query-invalid', `${what} no value`, {
    hint: `In the terminal, '--param ${first}=VALUE' gives one; elsewhere, write the value into the query.`,
    ...positionOf(first, query),
  });
}

function positionOf(name: string, query: string): { readonly position?: SourcePosition } {
  const written = writtenParameters(query).find((one) => one.name.toLowerCase() === name.toLowerCase());
  return written === undefined ? {} : { position: createLineMap(query).positionAt(written.start) };
}

/** The parameters in a text, in order; the name of a `?` is its number among them. */
function writtenParameters(query: string): readonly { readonly name: string; readonly start: number }[] {
  let count = 0;
  return tokenize(query).flatMap(({ kind, text: symbol, start }) => {
    if (kind !== 'symbol') return [];
    if (symbol === '?') return { name: `${(count += 1)}`, start };
    const [, name] = symbol === '$' ? (/^\$(\w+)/.exec(query.slice(start)) ?? []) : [];
    return name === undefined ? [] : { name, start };
  });
}

function unknownParameter(name: string, parameters: readonly StatementParameter[]): PondError {
  const names = parameters.map((parameter) => `$${parameter.name}`).join(', ');
  const has = names === '' ? 'it has none' : `it has ${names}`;
  return new PondError('query-invalid', `the query has no parameter $${name}: ${has}`);
}
