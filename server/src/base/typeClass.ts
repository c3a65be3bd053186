/**
 * Classes of DuckDB's types, by the names that DuckDB gives them. A list, a STRUCT or a MAP is of none of them, whatever
 * it contains, but nested.
 */

/** An integer type. */
interface IntegerType {
  /** Width of its values. */
  readonly bits: number;
  /** Decimal digits of its largest value. */
  readonly digits: number;
}

const integers: ReadonlyMap<string, IntegerType> = new Map([
  ['TINYINT', { bits: 8, digits: 3 }],
  ['UTINYINT', { bits: 8, digits: 3 }],
  ['SMALLINT', { bits: 16, digits: 5 }],
  ['USMALLINT', { bits: 16, digits: 5 }],
  ['INTEGER', { bits: 32, digits: 10 }],
  ['UINTEGER', { bits: 32, digits: 10 }],
  ['BIGINT', { bits: 64, digits: 19 }],
  ['UBIGINT', { bits: 64, digits: 20 }],
  ['HUGEINT', { bits: 128, digits: 39 }],
  ['UHUGEINT', { bits: 128, digits: 39 }],
]);

/** Returns the integer type of a name; undefined for any other type, and for BIGNUM, which has no width. */
export function integerOf(type: string): IntegerType | undefined {
  return integers.get(type);
}

/** True for an integer type of 8 to 128 bits. */
export function isInteger(type: string): boolean {
  return integers.has(type);
}

/** A DECIMAL: the number of its digits, and of those after the decimal point. */
interface DecimalType {
  readonly width: number;
  readonly scale: number;
}

/** Returns the width and the scale of a DECIMAL; undefined for any other type. */
export function decimalOf(type: string): DecimalType | undefined {
  const [, width, scale] = /^DECIMAL\((\d+), ?(\d+)\)$/.exec(type) ?? [];
  return width === undefined ? undefined : { width: Number(width), scale: Number(scale) };
}

/** True for FLOAT and DOUBLE. */
export function isFloat(type: string): boolean {
  return type === 'FLOAT' || type === 'DOUBLE';
}

/** True for integers of 8 to 128 bits, FLOAT, DOUBLE and DECIMAL. */
export function isNumber(type: string): boolean {
  return isInteger(type) || isFloat(type) || decimalOf(type) !== undefined;
}

/** True for a number, BIGNUM among them, whose integers have any size: for what only shows or compares numbers. */
export function isAnyNumber(type: string): boolean {
  return isNumber(type) || type === 'BIGNUM';
}

/** True for TIMESTAMP in any precision, with a zone or without. */
export function isTimestamp(type: string): boolean {
  return /^TIMESTAMP(_S|_MS|_NS|TZ| WITH TIME ZONE)?$/.test(type);
}

/** True for DATE, and for TIMESTAMP in any precision, with a zone or without. */
export function isPointInTime(type: string): boolean {
  return type === 'DATE' || isTimestamp(type);
}

/** True for a list, an array, a STRUCT, a MAP or a UNION. */
export function isNested(type: string): boolean {
  return /^(STRUCT|MAP|UNION)\(/.test(type) || type.endsWith(']');
}
