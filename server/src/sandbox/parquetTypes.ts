/** Types in which a Parquet file holds values exactly. */
import { integerOf } from '../base/typeClass.ts';
import { parseSqlType, requireSqlType, type SqlType } from '../duckdb/sqlType.ts';

/** True for integers of 39 digits, which no decimal holds. */
const isBeyondDecimals = (type: string): boolean => integerOf(type)?.bits === 128;

/** A quoted name or text, a word with the words of its type that follow, or the size of an array. */
const parts = /"(?:[^"]|"")*"|'(?:[^']|'')*'|TIME WITH TIME ZONE|[A-Za-z_]+|\[\d+\]/g;

/**
 * Returns the type that a column of a Parquet file has so that no value is rounded. DuckDB would write integers of 128 bits
 * as floating-point numbers, intervals in whole milliseconds, and times with a zone without it: in the file, the first are
 * decimals of 38 digits, and the others text. Arrays of a fixed size are lists, as those with a NULL would make a file that
 * pyarrow does not read. The same inside lists, structs and maps. `isWide` is true for a column with integers of more than
 * 38 digits, which are then text.
 */
export function exactParquetType(type: string, isWide: boolean): SqlType {
  const exact = type.replace(parts, (part) => {
    if (isBeyondDecimals(part)) return isWide ? 'VARCHAR' : 'DECIMAL(38,0)';
    if (part.startsWith('[')) return '[]';
    return part === 'INTERVAL' || part === 'TIME WITH TIME ZONE' ? 'VARCHAR' : part;
  });
  // The name of a field may be such a word, without quotes.
  return parseSqlType(exact) ?? requireSqlType(type);
}

/** True for a type with integers of 128 bits in it. */
export function hasHugeIntegers(type: string): boolean {
  return [...type.matchAll(parts)].some(([part]) => isBeyondDecimals(part));
}
