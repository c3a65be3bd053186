import { DataType, type Field, IntervalUnit, Precision, TimeUnit, Type } from 'apache-arrow';
import { identifier } from '../../duckdb/sql.ts';
import { uniqueNames } from '../uniqueNames.ts';
import { durationDigits } from './arrowDurations.ts';

/** Types of one column. */
export interface TypeOptions {
  /**
   * True for a column with times finer than a microsecond: times of day then become TIME_NS, and times with a zone
   * TIMESTAMP_NS in UTC, as DuckDB has no type for both.
   */
  readonly isFine: boolean;
}

/**
 * DuckDB's type for an Arrow type, in the syntax of CREATE TABLE; every value of the Arrow type has an exact value in
 * it, in DuckDB and in Parquet. Throws for unions and other unsupported types.
 */
export function duckTypeOf(type: DataType, options: TypeOptions): string {
  const inner = (other: DataType) => duckTypeOf(other, options);
  if (DataType.isDictionary(type)) return inner(type.dictionary as DataType);
  if (isListType(type)) return `${inner(type.valueType)}[]`;
  if (DataType.isStruct(type)) return structOf(structFields(type), (field) => inner(field.type));
  if (DataType.isMap(type))
    return `MAP(${mapFields(type)
      .map((field) => inner(field.type as DataType))
      .join(', ')})`;
  const found = numberType(type) ?? timeType(type, options) ?? bytesType(type);
  if (found === undefined) throw new Error(`the Arrow type ${Type[type.typeId]} is not supported`);
  return found;
}

function numberType(type: DataType): string | undefined {
  if (DataType.isNull(type)) return 'INTEGER';
  if (DataType.isBool(type)) return 'BOOLEAN';
  if (DataType.isInt(type)) return integerType(type);
  if (DataType.isFloat(type)) return type.precision === Precision.DOUBLE ? 'DOUBLE' : 'FLOAT';
  // Text holds the digits that DuckDB's decimals do not.
  if (DataType.isDecimal(type)) {
    return isNarrow(type) ? `DECIMAL(${type.precision}, ${type.scale})` : 'VARCHAR';
  }
  return undefined;
}

/** True for a decimal that DuckDB's type represents. */
export function isNarrow({ precision, scale }: { readonly precision: number; readonly scale: number }): boolean {
  return precision <= 38 && scale >= 0 && scale <= precision;
}

function timeType(type: DataType, { isFine }: TypeOptions): string | undefined {
  if (DataType.isDate(type)) return 'DATE';
  if (DataType.isTime(type)) return isFine && type.unit === TimeUnit.NANOSECOND ? 'TIME_NS' : 'TIME';
  if (DataType.isTimestamp(type)) {
    const isFineUnit = type.unit === TimeUnit.NANOSECOND;
    if (type.timezone) return isFine && isFineUnit ? 'TIMESTAMP_NS' : 'TIMESTAMP WITH TIME ZONE';
    return isFineUnit ? 'TIMESTAMP_NS' : 'TIMESTAMP';
  }
  // Parquet's intervals are whole milliseconds and not negative; seconds are exact.
  if (DataType.isDuration(type)) return `DECIMAL(${durationDigits}, ${secondDigits[type.unit]})`;
  if (DataType.isInterval(type)) return structOf(intervalFields(type.unit), ({ type: field }) => field);
  return undefined;
}

/** Decimal digits of a second, by unit. */
export const secondDigits: Readonly<Record<TimeUnit, number>> = {
  [TimeUnit.SECOND]: 0,
  [TimeUnit.MILLISECOND]: 3,
  [TimeUnit.MICROSECOND]: 6,
  [TimeUnit.NANOSECOND]: 9,
};

/** The parts of an interval, with DuckDB's types. */
export function intervalFields(unit: IntervalUnit): readonly { readonly name: string; readonly type: string }[] {
  const months = { name: 'months', type: 'INTEGER' };
  const days = { name: 'days', type: 'INTEGER' };
  if (unit === IntervalUnit.YEAR_MONTH) return [months];
  if (unit === IntervalUnit.DAY_TIME) return [days, { name: 'milliseconds', type: 'INTEGER' }];
  return [months, days, { name: 'nanoseconds', type: 'BIGINT' }];
}

function bytesType(type: DataType): string | undefined {
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type)) return 'VARCHAR';
  const isBytes =
    DataType.isBinary(type) ||
    DataType.isLargeBinary(type) ||
    DataType.isBinaryView(type) ||
    DataType.isFixedSizeBinary(type);
  return isBytes ? 'BLOB' : undefined;
}

/** True for lists of any kind. */
export function isListType(type: DataType): type is DataType & { readonly valueType: DataType } {
  return DataType.isList(type) || DataType.isLargeList(type) || DataType.isFixedSizeList(type);
}

/** Undefined for integers of 128 bits, which polars writes and Arrow does not define. */
function integerType({
  bitWidth,
  isSigned,
}: {
  readonly bitWidth: number;
  readonly isSigned: boolean;
}): string | undefined {
  const signed = integerTypes[bitWidth];
  return signed === undefined || isSigned ? signed : `U${signed}`;
}

const integerTypes: Readonly<Record<number, string | undefined>> = {
  8: 'TINYINT',
  16: 'SMALLINT',
  32: 'INTEGER',
  64: 'BIGINT',
};

function structOf<T extends { readonly name: string }>(fields: readonly T[], typeOf: (field: T) => string): string {
  if (fields.length === 0) throw new Error('a struct without fields is not supported');
  return `STRUCT(${fields.map((field) => `${identifier(field.name)} ${typeOf(field)}`).join(', ')})`;
}

/** The fields of a struct, under names that differ. */
export function structFields(type: DataType): readonly { readonly name: string; readonly type: DataType }[] {
  const fields = (type.children ?? []) as readonly Field[];
  const names = uniqueNames(fields.map(({ name }) => name));
  return fields.map((field, index) => ({ name: names[index] ?? '', type: field.type as DataType }));
}

function mapFields(type: DataType): readonly Field[] {
  const [entries] = (type.children ?? []) as readonly Field[];
  return ((entries?.type as DataType | undefined)?.children ?? []) as readonly Field[];
}
