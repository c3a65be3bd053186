/** Types of columns that have several in the files of one table, and casts that keep every value. */
import { identifier, literal, sql, type SqlText } from '../duckdb/sql.ts';
import { castSql, numberCastSql, requireSqlType, type SqlType } from '../duckdb/sqlType.ts';
import { decimalOf, integerOf, isFloat, isInteger } from '../base/typeClass.ts';

const double = requireSqlType('DOUBLE');
const varchar = requireSqlType('VARCHAR');

/**
 * Returns the type for values of several types, whose union in DuckDB is `united`: DOUBLE instead of FLOAT, which has
 * seven digits, and instead of a DECIMAL without room for all of them.
 */
export function exactUnion(types: readonly SqlType[], united: SqlType): SqlType {
  if (united === 'FLOAT') return types.every((type) => type === united) ? united : double;
  const room = decimalOf(united);
  if (room === undefined) return united;
  const hasRoom = types.every((type) => {
    const { width, scale } = decimalOf(type) ?? { width: integerOf(type)?.digits ?? Infinity, scale: 0 };
    return width - scale <= room.width - room.scale && scale <= room.scale;
  });
  return hasRoom ? united : double;
}

/** True for a type whose values are doubles. */
const isInDouble = (type: string): boolean => isFloat(type) || (integerOf(type)?.bits ?? Infinity) <= 32;

/** True for a cast in which a value may become another without an error. */
export function mayRound(from: string, to: string): boolean {
  if (from === to || (to === double && isInDouble(from))) return false;
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
  if (decimalOf(from) !== undefined && to === double) {
    const digits = sql`trim(replace(ltrim(${castSql(column, varchar)}, '-'), '.', ''), '0')`;
    return sql`(${column} IS NULL OR length(${digits}) <= ${doubleDigits})`;
  }
  // Integers may be read with those of a file that has larger ones.
  const back = isInteger(from) ? requireSqlType('HUGEINT') : from;
  return sql`${column} IS NOT DISTINCT FROM try(${castSql(castSql(column, to), back)})`;
}
