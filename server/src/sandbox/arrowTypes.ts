import { type Data, DataType, DateUnit, type Field, Precision, TimeUnit, Type, Vector } from 'apache-arrow';
import { PondError } from '../base/error.ts';
import { type Value } from '../duckdb/values.ts';
import { identifier } from '../duckdb/sql.ts';
import { type ValueMakers } from '../duckdb/values.ts';

/**
 * DuckDB's type for an Arrow type, in the syntax of CREATE TABLE. Fails `invalid-content` for unions and other
 * unsupported types.
 */
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
  throw new PondError('invalid-content', `Arrow type ${Type[type.typeId]} cannot be queried`);
}

const integerTypes: Readonly<Record<number, string>> = { 8: 'TINYINT', 16: 'SMALLINT', 32: 'INTEGER', 64: 'BIGINT' };

function fieldSql(field: Field): string {
  return `${identifier(field.name)} ${duckTypeOf(field.type as DataType)}`;
}

function mapFields(type: DataType): readonly Field[] {
  const [entries] = (type.children ?? []) as readonly Field[];
  return ((entries?.type as DataType | undefined)?.children ?? []) as readonly Field[];
}

/** The fields of a vector segment that are used here; apache-arrow's own type leaves the values untyped. */
interface Piece {
  readonly type: DataType;
  readonly length: number;
  readonly nullCount: number;
  readonly values: ArrayLike<number | bigint>;
  /** For lists and maps: the offset at which the values of each index start. */
  readonly valueOffsets: ArrayLike<number | bigint>;
  readonly children: readonly Piece[];
  readonly dictionary?: { readonly data: readonly Piece[] };
  getValid(index: number): boolean;
}

type Read = (index: number) => Value;

const readNull: Read = () => null;

/** Returns a reader of a vector's values, nulls as null, for a column of type duckTypeOf. */
export function readerOf(vector: Vector, make: ValueMakers): Read {
  return readPieces(vector.data, make);
}

function readPieces(pieces: readonly Piece[], make: ValueMakers): Read {
  const readers = pieces.map((piece) => ({ length: piece.length, read: readPiece(piece, make) }));
  const [first, ...rest] = readers;
  if (first === undefined) return readNull;
  if (rest.length === 0) return first.read;
  return (index) => {
    let start = 0;
    for (const { length, read } of readers) {
      if (index < start + length) return read(index - start);
      start += length;
    }
    return null;
  };
}

function readPiece(piece: Piece, make: ValueMakers): Read {
  const read = readValues(piece, make);
  return piece.nullCount === 0 ? read : (index) => (piece.getValid(index) ? read(index) : null);
}

function readValues(piece: Piece, make: ValueMakers): Read {
  const { type } = piece;
  if (DataType.isNull(type)) return readNull;
  if (DataType.isDictionary(type)) {
    const read = readPieces(piece.dictionary?.data ?? [], make);
    return (index) => read(Number(piece.values[index]));
  }
  if (DataType.isStruct(type)) return structReader(piece, type.children as readonly Field[], make);
  if (DataType.isMap(type)) return mapReader(piece, make);
  if (DataType.isList(type)) {
    const [read] = childReaders(piece, make);
    return (index) => make.list(readRange(read, offsets(piece, index)));
  }
  if (DataType.isFixedSizeList(type)) {
    const { listSize } = type;
    const [read] = childReaders(piece, make);
    return (index) => make.list(readRange(read, [index * listSize, (index + 1) * listSize]));
  }
  return rawReader(piece, make) ?? plainReader(piece, make);
}

/**
 * Reads times and decimals from their integers: apache-arrow returns them as floating-point milliseconds or as words.
 */
function rawReader({ type, values }: Piece, make: ValueMakers): Read | undefined {
  const at = (index: number) => BigInt(values[index] ?? 0);
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
    return (index) => make.decimal(littleEndian(values, index * words, words), type.precision, type.scale);
  }
  return undefined;
}

/** Reads strings, numbers and bytes as apache-arrow returns them. */
function plainReader(piece: Piece, make: ValueMakers): Read {
  const vector = new Vector([piece as unknown as Data]);
  if (duckTypeOf(piece.type) === 'BLOB') return (index) => make.blob(vector.get(index) as Uint8Array);
  return (index) => vector.get(index) as Value;
}

function structReader(piece: Piece, fields: readonly Field[], make: ValueMakers): Read {
  const readers = childReaders(piece, make);
  return (index) => make.struct(Object.fromEntries(fields.map(({ name }, at) => [name, readers[at]?.(index) ?? null])));
}

function mapReader(piece: Piece, make: ValueMakers): Read {
  const [entries] = piece.children;
  const [readKey, readValue] = entries === undefined ? [] : childReaders(entries, make);
  return (index) => {
    const range = offsets(piece, index);
    const values = readRange(readValue, range);
    return make.map(readRange(readKey, range).map((key, at) => ({ key, value: values[at] ?? null })));
  };
}

function childReaders(piece: Piece, make: ValueMakers): readonly Read[] {
  return piece.children.map((child) => readPiece(child, make));
}

function offsets({ valueOffsets }: Piece, index: number): readonly [number, number] {
  return [Number(valueOffsets[index] ?? 0), Number(valueOffsets[index + 1] ?? 0)];
}

function readRange(read: Read = readNull, [start, end]: readonly [number, number]): Value[] {
  return Array.from({ length: end - start }, (_, index) => read(start + index));
}

function toMicroseconds(value: bigint, unit: TimeUnit): bigint {
  if (unit === TimeUnit.SECOND) return value * 1_000_000n;
  if (unit === TimeUnit.MILLISECOND) return value * 1_000n;
  return unit === TimeUnit.MICROSECOND ? value : value / 1_000n;
}

/** A two's complement integer of 32-bit words, least significant first. */
function littleEndian(words: ArrayLike<number | bigint>, start: number, count: number): bigint {
  let value = 0n;
  for (let index = count - 1; index >= 0; index -= 1) value = (value << 32n) | BigInt(words[start + index] ?? 0);
  return BigInt.asIntN(count * 32, value);
}
