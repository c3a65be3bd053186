import { nameKey } from '../uniqueNames.ts';
import { PondError } from '../../base/error.ts';
import { parseSqlType, type SqlType } from '../../duckdb/sqlType.ts';
import { type TextFormat } from '../textFormat.ts';

const names: Readonly<Record<string, string>> = {
  text: 'VARCHAR',
  integer: 'BIGINT',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  date: 'DATE',
  time: 'TIME',
  timestamp: 'TIMESTAMP',
};

/** The stated type of a column; undefined without one. Fails `invalid-content` for a text that is not a type. */
export function statedType(column: string, { types }: Pick<TextFormat, 'types'>): SqlType | undefined {
  if (types === undefined) return undefined;
  const own = Object.keys(types).find((name) => nameKey(name) === nameKey(column));
  const key = own ?? (types['*'] === undefined ? undefined : '*');
  const name = key === undefined ? undefined : types[key];
  if (name === undefined) return undefined;
  const type = parseSqlType(names[name.toLowerCase()] ?? name.toUpperCase()) ?? parseSqlType(name);
  if (type !== undefined) return type;
  throw new PondError('invalid-content', `"${name}" is not a type of column "${key}"`, {
    hint: `Types are ${Object.keys(names).join(', ')}, and those of DuckDB.`,
  });
}

/** Fails `invalid-content` for a stated type of a column that a file does not have. */
export function requireStatedNames(
  { types = {} }: Pick<TextFormat, 'types'>,
  names: readonly string[],
  path: string,
): void {
  const known = new Set(names.map(nameKey));
  const unknown = Object.keys(types).find((name) => name !== '*' && !known.has(nameKey(name)));
  if (unknown === undefined) return;
  throw new PondError(
    'invalid-content',
    `${path} cannot be read: it has no column "${unknown}", whose type is stated`,
    { path, hint: `Its columns are ${names.join(', ')}.` },
  );
}

/** The largest and the smallest BIGINT have as many digits. */
const integerDigits = 19;

const tests: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['BOOLEAN', (text) => /^(true|false|t|f|yes|no|y|n|1|0)$/i.test(text)],
  ['TIME', (text) => /^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$/.test(text)],
  ['BIGINT', isBigint],
  // A day has no time, which would be cut.
  ['DATE', (text) => !text.includes(':')],
]);

/** The test of values that a stated type holds; undefined where their forms decide, or DuckDB. */
export function testOfType(type: SqlType): ((text: string) => boolean) | undefined {
  return tests.get(type);
}

function isBigint(text: string): boolean {
  if (!/^[+-]?\d+$/.test(text)) return false;
  return (
    text.length < integerDigits || BigInt.asIntN(64, BigInt(text.replace('+', ''))) === BigInt(text.replace('+', ''))
  );
}
