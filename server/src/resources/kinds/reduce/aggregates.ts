import { sql, type SqlText } from '../../../duckdb/sql.ts';
import { castSql, requireSqlType, type SqlType } from '../../../duckdb/sqlType.ts';
import { type Column } from '../../../protocol/results.ts';
import { timeColumnOf } from '../../series/time.ts';

const whole = /^U?(TINYINT|SMALLINT|INTEGER|BIGINT)$/;
const fractional = /^(FLOAT|DOUBLE|U?HUGEINT|DECIMAL\(\d+,\d+\))$/;

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
  return type === 'BOOLEAN' || whole.test(type) || fractional.test(type);
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
  return type.startsWith('DECIMAL') ? sql`sum(${value})` : castSql(sql`sum(${value})`, sum);
}

/** Returns the type of the sum of values of a type. */
export function sumTypeOf(type: string): SqlType {
  if (type === 'BOOLEAN' || whole.test(type)) return requireSqlType('DECIMAL(38,0)');
  const [, width, scale] = /^DECIMAL\((\d+), ?(\d+)\)$/.exec(type) ?? [];
  return width !== undefined && Number(width) <= decimalWidthMax ? requireSqlType(`DECIMAL(38,${scale})`) : double;
}

/** Returns the common type for values whose types differ between files. */
export function commonType(types: readonly SqlType[]): SqlType {
  const [first = double, ...others] = new Set(types);
  if (others.length === 0) return first;
  const fits = types.every((type) => whole.test(type) && type !== 'UBIGINT');
  return fits ? bigint : double;
}
