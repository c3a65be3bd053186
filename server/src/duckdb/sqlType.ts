import { PondError } from '../base/error.ts';
import { sql, type SqlText } from './sql.ts';
import { decimalOf, isFloat } from '../base/typeClass.ts';

declare const isSqlType: unique symbol;

/**
 * The name of a DuckDB type, safe to insert into a statement: a type and nothing more. Only the parser below produces
 * it, so an unchecked text (from a file, a cache, another process) never has this type.
 */
export type SqlType = SqlText & { readonly [isSqlType]: true };

/** Types named by keywords alone. */
const plain = [
  'TIMESTAMP WITH TIME ZONE',
  'TIME WITH TIME ZONE',
  'TIMESTAMP_NS',
  'TIMESTAMP_MS',
  'TIMESTAMP_S',
  'TIMESTAMPTZ',
  'TIMESTAMP',
  'TIME_NS',
  'TIME',
  'DATE',
  'INTERVAL',
  'BOOLEAN',
  'UTINYINT',
  'USMALLINT',
  'UINTEGER',
  'UBIGINT',
  'UHUGEINT',
  'TINYINT',
  'SMALLINT',
  'INTEGER',
  'BIGINT',
  'HUGEINT',
  'BIGNUM',
  'FLOAT',
  'DOUBLE',
  'VARCHAR',
  'BLOB',
  'BIT',
  'UUID',
  'JSON',
  'VARIANT',
  'GEOMETRY',
  '"NULL"',
];

const string = "'(?:[^'\\0]|'')*'";
const name = '(?:"(?:[^"\\0]|"")+"|[A-Za-z_][A-Za-z0-9_]*)';

/** One token of a type: the start of a nested type, or a whole plain type. */
const opening = new RegExp(`(STRUCT|UNION)\\(${name} |MAP\\(`, 'y');
const whole = new RegExp(
  `(?:DECIMAL\\(\\d{1,3}, ?\\d{1,3}\\)|ENUM\\(${string}(?:, ?${string})*\\)|GEOMETRY\\(${string}\\)|${plain.join('|')})(?![A-Za-z0-9_])`,
  'y',
);
const lists = /(?:\[\d*\])*/y;
const nextField = new RegExp(`, ?${name} `, 'y');
const nextType = /, ?/y;

/**
 * Parses the name of a type and returns it as DuckDB spells it: `DECIMAL(18,3)`, `STRUCT(a INTEGER)[]`, `MAP(VARCHAR,
 * DOUBLE)`. Undefined for any other text.
 */
export function parseSqlType(text: string): SqlType | undefined {
  /** Open types, innermost last, with the number of types still expected in a MAP. */
  const open: { readonly isMap: boolean; left: number }[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  for (;;) {
    const begun = take(opening);
    if (begun !== null) {
      open.push({ isMap: begun[1] === undefined, left: begun[1] === undefined ? 1 : Infinity });
      continue;
    }
    if (take(whole) === null) return undefined;
    take(lists);
    // Closes the types that end here, until another type follows.
    for (;;) {
      const inner = open.at(-1);
      if (inner === undefined) return at === text.length ? (text as SqlType) : undefined;
      if (inner.left > 0 && take(inner.isMap ? nextType : nextField) !== null) {
        inner.left -= 1;
        break;
      }
      if ((inner.isMap && inner.left > 0) || text[at] !== ')') return undefined;
      at += 1;
      open.pop();
      take(lists);
    }
  }
}

/** The type of a row such as (a, b), whose parts have no names: no table holds it. */
const unnamedRow = /\bSTRUCT\("" /;

/**
 * Like parseSqlType. Fails `query-failed` for a text that does not name a type, and `query-invalid` for one of unnamed
 * parts.
 */
export function requireSqlType(text: string): SqlType {
  const type = parseSqlType(text);
  if (type !== undefined) return type;
  if (unnamedRow.test(text))
    throw new PondError('query-invalid', 'a value such as (a, b) has parts without names', {
      hint: 'Select columns without parentheses, or name the parts: {a: a, b: b}.',
    });
  throw new PondError('query-failed', `expected the name of a type, got ${JSON.stringify(text.slice(0, 80))}`);
}

/** Returns the SQL of a value cast to a type. */
export function castSql(value: SqlText, type: SqlType): SqlText {
  return sql`${value}::${type}`;
}

/**
 * Returns the SQL of a value of the type `from` cast to `to`. Decimals become binary numbers, and these decimals, by way of
 * text: DuckDB multiplies by a power of ten instead, whose result may be a neighbor of the number.
 */
export function numberCastSql(value: SqlText, from: string, to: SqlType): SqlText {
  const isByText = (isDecimal(from) && isFloat(to)) || (isFloat(from) && isDecimal(to));
  return castSql(isByText ? sql`${value}::VARCHAR` : value, to);
}

const isDecimal = (type: string): boolean => decimalOf(type) !== undefined;

/** True for a text of a time of day with an offset from UTC. */
export const hasOffset = (text: SqlText): SqlText =>
  sql`regexp_matches(${text}, ':.*[-+][0-9]{2}(:?[0-9]{2})?[[:space:]]*$')`;

/** Returns the SQL of a text cast to a type. A time with an offset is in UTC: a cast would leave the offset out. */
export function textCastSql(text: SqlText, type: SqlType): SqlText {
  const cast = castSql(text, type);
  if (!/^TIMESTAMP(_S|_MS)?$/.test(type)) return cast;
  const inUtc = castSql(sql`make_timestamp(epoch_us(${text}::TIMESTAMPTZ))`, type);
  return sql`CASE WHEN ${hasOffset(text)} THEN ${inUtc} ELSE ${cast} END`;
}

/** As numberCastSql, NULL where that is impossible. */
export function tryNumberCastSql(value: SqlText, from: string, to: SqlType): SqlText {
  return sql`try(${numberCastSql(value, from, to)})`;
}

/** Returns the SQL of a value cast to a type, NULL where that is impossible. */
export function tryCastSql(value: SqlText, type: SqlType): SqlText {
  return sql`try(${castSql(value, type)})`;
}

/** As textCastSql, NULL where that is impossible. */
export function tryTextCastSql(text: SqlText, type: SqlType): SqlText {
  return sql`try(${textCastSql(text, type)})`;
}
