import { type Data, DataType, DateUnit, type Field, Precision, TimeUnit, Vector } from 'apache-arrow';
import { PondError } from '../base/error.ts';
import { type Value } from '../duckdb/connection.ts';
import { identifier } from '../duckdb/sql.ts';
import { type ValueMakers } from '../duckdb/values.ts';

/** DuckDB's type for an Arrow type, as CREATE TABLE takes it. Fails `invalid-content` for a union and the like. */
export function duckTypeOf(type: DataType): string {
  if (DataType.isNull(type)) return 'INTEGER';
  if (DataType.isBool(type)) return 'BOOLEAN';
  if (DataType.isInt(type)) return `${type.isSigned ? '' : 'U'}${integerTypes[type.bitWidth]}`;
  if (DataType.isFloat(type)) return type.precision === Precision.DOUBLE ? 'DOUBLE' : 'FLOAT';
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return 'VARCHAR';
  if (DataType.isBinary(type) || DataType.isLargeBinary(type) || DataType.isFixedSizeBinary(type)) return 'BLOB';
  if (DataType.isDate(type)) return 'DATE';
  if (DataType.isTime(type)) return 'TIME';
  if (DataType.isTimestamp(type)) {
    if (type.timezone) return 'TIMESTAMP WITH TIME ZONE';
    return type.unit === TimeUnit.NANOSECOND ? 'TIMESTAMP_NS' : 'TIMESTAMP';
  }
  if (DataType.isDuration(type)) return 'INTERVAL';
  if (DataType.isDecimal(type) && type.precision <= 38) return `DECIMAL(${type.precision}, ${type.scale})`;
  if (DataType.isDictionary(type)) return duckTypeOf(type.dictionary as DataType);
  if (DataType.isList(type) || DataType.isFixedSizeList(type)) return `${duckTypeOf(type.valueType as DataType)}[]`;
  if (DataType.isStruct(type)) return `STRUCT(${type.children.map(fieldSql).join(', ')})`;
  if (DataType.isMap(type))
    return `MAP(${mapFields(type)
      .map((field) => duckTypeOf(field.type as DataType))
      .join(', ')})`;
  throw new PondError('invalid-content', `Arrow type ${String(type)} cannot be queried`);
}

const integerTypes: Readonly<Record<number, string>> = { 8: 'TINYINT', 16: 'SMALLINT', 32: 'INTEGER', 64: 'BIGINT' };

function fieldSql(field: Field): string {
  return `${identifier(field.name)} ${duckTypeOf(field.type as DataType)}`;
}

function mapFields(type: DataType): readonly Field[] {
  return ((type.children?.[0] as Field | undefined)?.type.children ?? []) as readonly Field[];
}

type Read = (index: number) => Value;

/** Returns what reads the values of a vector, nulls as null, for the column of type duckTypeOf. */
export function readerOf(vector: Vector, make: ValueMakers): Read {
  const [first, ...rest] = vector.data.map((data) => ({ length: data.length, read: nullable(data as Data, make) }));
  if (first === undefined) return () => null;
  if (rest.length === 0) return first.read;
  const parts = [first, ...rest];
  return (index) => {
    let start = 0;
    for (const { length, read } of parts) {
      if (index < start + length) return read(index - start);
      start += length;
    }
    return null;
  };
}

function nullable(data: Data, make: ValueMakers): Read {
  const read = readData(data, make);
  return data.nullCount === 0 ? read : (index) => (data.getValid(index) ? read(index) : null);
}

function readData(data: Data, make: ValueMakers): Read {
  const type = data.type as DataType;
  if (DataType.isNull(type)) return () => null;
  if (DataType.isDictionary(type)) {
    const read = data.dictionary === undefined ? () => null : readerOf(data.dictionary as Vector, make);
    return (index) => read(Number(data.values[index]));
  }
  if (DataType.isStruct(type)) return structReader(data, type.children, make);
  if (DataType.isMap(type)) return mapReader(data, make);
  if (DataType.isList(type))
    return listReader(data, (index) => [data.valueOffsets[index], data.valueOffsets[index + 1]], make);
  if (DataType.isFixedSizeList(type)) {
    return listReader(data, (index) => [index * type.listSize, (index + 1) * type.listSize], make);
  }
  const raw = rawReader(data, type, make);
  return raw ?? plainReader(data, type, make);
}

/** Times and decimals are read from their integers: apache-arrow gives them as floating milliseconds or words. */
function rawReader(data: Data, type: DataType, make: ValueMakers): Read | undefined {
  const at = (index: number) => BigInt(data.values[index]);
  if (DataType.isTimestamp(type)) {
    if (type.timezone) return (index) => make.timestampTz(toMicroseconds(at(index), type.unit));
    if (type.unit === TimeUnit.NANOSECOND) return (index) => make.timestampNs(at(index));
    return (index) => make.timestamp(toMicroseconds(at(index), type.unit));
  }
  if (DataType.isTime(type)) return (index) => make.time(toMicroseconds(at(index), type.unit));
  if (DataType.isDuration(type)) return (index) => make.interval(0, 0, toMicroseconds(at(index), type.unit));
  if (DataType.isDate(type)) {
    const perDay = type.unit === DateUnit.DAY ? 1n : 86_400_000n;
    return (index) => make.date(Number(at(index) / perDay));
  }
  if (DataType.isDecimal(type)) {
    const words = type.bitWidth / 32;
    return (index) => make.decimal(littleEndian(data.values, index * words, words), type.precision, type.scale);
  }
  return undefined;
}

function plainReader(data: Data, type: DataType, make: ValueMakers): Read {
  // A data's own accessor needs a vector around it; one of a single chunk costs nothing per value.
  const vector = new Vector([data]);
  if (duckTypeOf(type) === 'BLOB') return (index) => make.blob(vector.get(index) as Uint8Array);
  return (index) => vector.get(index) as Value;
}

function structReader(data: Data, fields: readonly Field[], make: ValueMakers): Read {
  const readers = fields.map((field, index) => [field.name, nullable(data.children[index] as Data, make)] as const);
  return (index) => make.struct(Object.fromEntries(readers.map(([name, read]) => [name, read(index)])));
}

function listReader(data: Data, range: (index: number) => readonly unknown[], make: ValueMakers): Read {
  const read = nullable(data.children[0] as Data, make);
  return (index) => {
    const [start, end] = range(index).map(Number);
    return make.list(readRange(read, start ?? 0, end ?? 0));
  };
}

function mapReader(data: Data, make: ValueMakers): Read {
  const [keys, values] = (data.children[0]?.children ?? []).map((child) => nullable(child as Data, make));
  return (index) => {
    const start = Number(data.valueOffsets[index]);
    const end = Number(data.valueOffsets[index + 1]);
    const keyList = readRange(keys ?? (() => null), start, end);
    return make.map(keyList.map((key, at) => ({ key, value: values?.(start + at) ?? null })));
  };
}

function readRange(read: Read, start: number, end: number): Value[] {
  return Array.from({ length: end - start }, (_, index) => read(start + index));
}

function toMicroseconds(value: bigint, unit: TimeUnit): bigint {
  if (unit === TimeUnit.SECOND) return value * 1_000_000n;
  if (unit === TimeUnit.MILLISECOND) return value * 1_000n;
  return unit === TimeUnit.MICROSECOND ? value : value / 1_000n;
}

/** A two's complement integer of 32-bit words, the lowest first. */
function littleEndian(words: Uint32Array, start: number, count: number): bigint {
  let value = 0n;
  for (let index = count - 1; index >= 0; index -= 1) value = (value << 32n) | BigInt(words[start + index] ?? 0);
  return BigInt.asIntN(count * 32, value);
}
