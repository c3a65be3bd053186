/** Types of columns that have several in the files of one table, and casts that keep every value. */
import { identifier, literal, sql, type SqlText } from '../duckdb/sql.ts';
import { castSql, numberCastSql, requireSqlType, type SqlType } from '../duckdb/sqlType.ts';

const double = requireSqlType('DOUBLE');
const varchar = requireSqlType('VARCHAR');

/**
 * Returns the type for values of several types, whose union in DuckDB is `united`: DOUBLE instead of FLOAT, which has
 * seven digits, and instead of a DECIMAL without room for all of them.
 */
export function exactUnion(types: readonly SqlType[], united: SqlType): SqlType {
  if (united === 'FLOAT') return types.every((type) => type === united) ? united : double;
  const room = decimalDigits(united);
  if (room === undefined) return united;
  const hasRoom = types.every((type) => {
    const { whole, fraction } = decimalDigits(type) ?? { whole: integerDigits[type] ?? Infinity, fraction: 0 };
    return whole <= room.whole && fraction <= room.fraction;
  });
  return hasRoom ? united : double;
}

/** Maximum number of digits of integers, by type. */
const integerDigits: Readonly<Record<string, number>> = {
  TINYINT: 3,
  SMALLINT: 5,
  INTEGER: 10,
  BIGINT: 19,
  UTINYINT: 3,
  USMALLINT: 5,
  UINTEGER: 10,
  UBIGINT: 20,
};

function decimalDigits(type: string): { readonly whole: number; readonly fraction: number } | undefined {
  const [, width, fraction] = /^DECIMAL\((\d+), ?(\d+)\)$/.exec(type) ?? [];
  return width === undefined ? undefined : { whole: Number(width) - Number(fraction), fraction: Number(fraction) };
}

/** Types whose values are doubles. */
const inDouble = /^(FLOAT|DOUBLE|U?(TINY|SMALL)INT|U?INTEGER)$/;

/** True for a cast in which a value may become another without an error. */
export function mayRound(from: string, to: string): boolean {
  if (from === to || (to === double && inDouble.test(from))) return false;
  return /FLOAT|DOUBLE/.test(to) || (from.includes('DECIMAL') && to.includes('DECIMAL'));
}

/** A column of files, and the type that it gets. */
interface CastColumn {
  readonly name: string;
  readonly from: SqlType;
  readonly to: SqlType;
}

/** The value of a column in another type; an error, with the paths of its files, for one that is not the same there. */
export function exactCastSql({ name, from, to }: CastColumn, paths: readonly string[]): SqlText {
  const column = identifier(name);
  const cast = numberCastSql(column, from, to);
  const [first = '', ...more] = new Set(paths);
  const rounded = literal(
    ` in column "${name}" of ${first}${more.length === 0 ? '' : ` or ${more.length} more`}, of type ${from}, is not exact in ${to}, the type of the column in other files. Read the files apart, and cast the column to VARCHAR`,
  );
  const failed = castSql(sql`error(${column}::VARCHAR || ${rounded})`, to);
  return sql`CASE WHEN ${isExact(column, from, to)} THEN ${cast} ELSE ${failed} END`;
}

/** Significant digits that a double represents. */
const doubleDigits = 17;

function isExact(column: SqlText, from: SqlType, to: SqlType): SqlText {
  if (from.startsWith('DECIMAL') && to === double) {
    const digits = sql`trim(replace(ltrim(${castSql(column, varchar)}, '-'), '.', ''), '0')`;
    return sql`(${column} IS NULL OR length(${digits}) <= ${doubleDigits})`;
  }
  // Integers may be read with those of a file that has larger ones.
  const back = /^U?[A-Z]*INT(EGER)?$/.test(from) ? requireSqlType('HUGEINT') : from;
  return sql`${column} IS NOT DISTINCT FROM try(${castSql(castSql(column, to), back)})`;
}
