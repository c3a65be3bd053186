import { sql, type SqlText } from '../../../duckdb/sql.ts';
import { castSql, requireSqlType, type SqlType } from '../../../duckdb/sqlType.ts';
import { decimalOf, integerOf, isNumber } from '../../../base/typeClass.ts';
import { type Column } from '../../../protocol/results.ts';
import { timeColumnOf } from '../../series/time.ts';

const [bigint, double] = [requireSqlType('BIGINT'), requireSqlType('DOUBLE')];

/** Sums of values with this many digits take ten billion rows to exceed DuckDB's 38 digits. */
const decimalWidthMax = 28;

/** Returns the columns that have values to reduce: numbers and booleans, without the time. */
export function numberColumnsOf<T extends Column>(columns: readonly T[]): readonly T[] {
  const time = timeColumnOf(columns);
  return columns.filter((column) => column !== time && isValueType(column.type));
}

/** True for a type whose values can be reduced. */
export function isValueType(type: string): boolean {
  return type === 'BOOLEAN' || isNumber(type);
}

/** Returns the SQL of a column's value for reduction: false is 0 and true is 1. */
export function valueSql(value: SqlText, type: string): SqlText {
  return type === 'BOOLEAN' ? sql`${value}::UTINYINT` : value;
}

/**
 * Returns the SQL for the sum of values of a type, exact for integers and decimals. Parquet has no type for DuckDB's
 * 128-bit integers, but has decimals of that width.
 */
export function sumSql(value: SqlText, type: string): SqlText {
  const sum = sumTypeOf(type);
  if (sum === double) return sql`sum(${value}::DOUBLE)`;
  return decimalOf(type) ? sql`sum(${value})` : castSql(sql`sum(${value})`, sum);
}

/** Returns the type of the sum of values of a type. */
export function sumTypeOf(type: string): SqlType {
  if (type === 'BOOLEAN' || isWhole(type)) return requireSqlType('DECIMAL(38,0)');
  const decimal = decimalOf(type);
  const isExact = decimal !== undefined && decimal.width <= decimalWidthMax;
  return isExact ? requireSqlType(`DECIMAL(38,${decimal.scale})`) : double;
}

/** True for integers of at most 64 bits. */
const isWhole = (type: string): boolean => (integerOf(type)?.bits ?? Infinity) <= 64;

/** Returns the common type for values whose types differ between files. */
export function commonType(types: readonly SqlType[]): SqlType {
  const [first = double, ...others] = new Set(types);
  if (others.length === 0) return first;
  const fits = types.every((type) => isWhole(type) && type !== 'UBIGINT');
  return fits ? bigint : double;
}
