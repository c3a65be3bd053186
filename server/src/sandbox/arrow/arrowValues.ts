import { type Data, DataType, DateUnit, TimeUnit, Vector } from 'apache-arrow';
import { type Value, type ValueMakers } from '../../duckdb/values.ts';
import { bytesReader, textReader } from './arrowBytes.ts';
import { type Piece } from './arrowPiece.ts';
import { intervalFields, isListType, isNarrow, secondDigits, structFields, type TypeOptions } from './arrowTypes.ts';
import { durationDigits } from './arrowDurations.ts';

/** Reads the value at an index of a piece. */
type Read = (index: number) => Value;

/** Thrown for a time finer than a microsecond in a column that was declared without: see TypeOptions. */
export class FinerTime extends Error {}

const readNull: Read = () => null;

/** Returns a reader of a piece's values, nulls as null, for a column of type duckTypeOf. It throws for invalid values. */
export function readerOf(piece: Piece, make: ValueMakers, options: TypeOptions): Read {
  return createReader({ make, options })(piece);
}

interface ReadScope {
  readonly make: ValueMakers;
  readonly options: TypeOptions;
}

function createReader(scope: ReadScope): (piece: Piece) => Read {
  const readerFor = (piece: Piece): Read => {
    const read = nestedReader(piece, scope, readerFor) ?? plainReader(piece, scope);
    return piece.nullCount === 0 ? read : (index) => (piece.getValid(index) ? read(index) : null);
  };
  return readerFor;
}

function nestedReader(piece: Piece, { make }: ReadScope, readerFor: (piece: Piece) => Read): Read | undefined {
  const { type } = piece;
  const [child] = piece.children;
  if (DataType.isDictionary(type)) return dictionaryReader(piece, readerFor);
  if (DataType.isStruct(type)) {
    const names = structFields(type).map(({ name }) => name);
    const readers = piece.children.map(readerFor);
    return (index) => make.struct(Object.fromEntries(names.map((name, at) => [name, readers[at]?.(index) ?? null])));
  }
  if (DataType.isMap(type)) {
    const [readKey, readValue] = child?.children.map(readerFor) ?? [];
    return (index) => {
      const range = offsets(piece, index);
      const values = readRange(readValue, range);
      return make.map(readRange(readKey, range).map((key, at) => ({ key, value: values[at] ?? null })));
    };
  }
  if (!isListType(type)) return undefined;
  const read = child === undefined ? readNull : readerFor(child);
  const size = DataType.isFixedSizeList(type) ? type.listSize : undefined;
  if (size !== undefined) return (index) => make.list(readRange(read, [index * size, (index + 1) * size]));
  return (index) => make.list(readRange(read, offsets(piece, index)));
}

/** Values of dictionaries that were read, so that each is converted once for all batches. */
const readEntries = new WeakMap<object, Map<number, Value>>();

function dictionaryReader({ dictionary, values }: Piece, readerFor: (piece: Piece) => Read): Read {
  const pieces = dictionary?.data ?? [];
  const read = readPieces(pieces.map((piece) => ({ length: piece.length, read: readerFor(piece) })));
  const cached = (dictionary && readEntries.get(dictionary)) ?? new Map<number, Value>();
  if (dictionary !== undefined) readEntries.set(dictionary, cached);
  return (index) => {
    const entry = Number(values?.[index] ?? -1);
    const known = cached.get(entry);
    if (known !== undefined) return known;
    if (entry < 0 || entry >= (dictionary?.length ?? 0)) throw new Error(`has no entry ${entry} in its dictionary`);
    const value = read(entry);
    cached.set(entry, value);
    return value;
  };
}

function readPieces(pieces: readonly { readonly length: number; readonly read: Read }[]): Read {
  const [first] = pieces;
  if (first !== undefined && pieces.length === 1) return first.read;
  return (index) => {
    let start = 0;
    for (const { length, read } of pieces) {
      if (index < start + length) return read(index - start);
      start += length;
    }
    return null;
  };
}

function plainReader(piece: Piece, scope: ReadScope): Read {
  const { type } = piece;
  if (DataType.isNull(type)) return readNull;
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type)) return textReader(piece);
  if (DataType.isBinary(type) || DataType.isLargeBinary(type) || DataType.isBinaryView(type)) {
    const read = bytesReader(piece);
    return (index) => scope.make.blob(read(index));
  }
  const raw = timeReader(piece, scope) ?? decimalReader(piece, scope.make);
  if (raw !== undefined) return raw;
  const vector = new Vector([piece as unknown as Data]);
  if (DataType.isFixedSizeBinary(type)) return (index) => scope.make.blob(vector.get(index) as Uint8Array);
  return (index) => vector.get(index) as Value;
}

/** Reads times from their integers: apache-arrow returns them as floating-point milliseconds. */
function timeReader({ type, values }: Piece, { make, options }: ReadScope): Read | undefined {
  const at = (index: number) => BigInt(values?.[index] ?? 0);
  if (DataType.isTimestamp(type)) {
    const { unit } = type;
    const isFineUnit = unit === TimeUnit.NANOSECOND;
    if (isFineUnit && (!type.timezone || options.isFine)) return (index) => make.timestampNs(at(index));
    const create = type.timezone ? make.timestampTz : make.timestamp;
    return (index) => create(within(toMicroseconds(at(index), unit), timestampMax));
  }
  if (DataType.isTime(type)) {
    const { unit } = type;
    if (options.isFine && unit === TimeUnit.NANOSECOND) return (index) => make.timeNs(withinDay(at(index), 1_000n));
    return (index) => make.time(withinDay(toMicroseconds(at(index), unit), 1n));
  }
  if (DataType.isDuration(type)) {
    const digits = secondDigits[type.unit];
    return (index) => make.decimal(at(index), durationDigits, digits);
  }
  if (DataType.isDate(type)) {
    const perDay = type.unit === DateUnit.DAY ? 1n : 86_400_000n;
    return (index) => make.date(Number(within(wholeDays(at(index), perDay), dateMax)));
  }
  if (DataType.isInterval(type)) return intervalReader(type, values, make);
  return undefined;
}

function intervalReader(type: DataType & { readonly unit: number }, values: Piece['values'], make: ValueMakers): Read {
  const fields = intervalFields(type.unit);
  const words = fields.reduce((sum, field) => sum + (field.type === 'BIGINT' ? 2 : 1), 0);
  return (index) => {
    const parts = fields.map(({ name, type: field }, at) => {
      const start = index * words + at;
      return [name, field === 'BIGINT' ? littleEndian(values, start, 2) : Number(values?.[start] ?? 0)] as const;
    });
    return make.struct(Object.fromEntries(parts));
  };
}

function decimalReader({ type, values }: Piece, make: ValueMakers): Read | undefined {
  if (!DataType.isDecimal(type)) return undefined;
  const { precision, scale } = type;
  const words = type.bitWidth / 32;
  const unscaled = (index: number) => littleEndian(values, index * words, words);
  if (!isNarrow(type)) return (index) => decimalText(unscaled(index), scale);
  const limit = 10n ** BigInt(precision) - 1n;
  return (index) => make.decimal(within(unscaled(index), limit), precision, scale);
}

/** The digits of a decimal, with a point before the last `scale` ones; zeros follow for a negative scale. */
function decimalText(unscaled: bigint, scale: number): string {
  if (scale <= 0) return `${unscaled * 10n ** BigInt(-scale)}`;
  const digits = `${unscaled < 0n ? -unscaled : unscaled}`.padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function offsets({ valueOffsets }: Piece, index: number): readonly [number, number] {
  return [Number(valueOffsets[index] ?? 0), Number(valueOffsets[index + 1] ?? 0)];
}

function readRange(read: Read = readNull, [start, end]: readonly [number, number]): Value[] {
  return Array.from({ length: end - start }, (_, index) => read(start + index));
}

/** Microseconds between 1970 and infinity: as many as DuckDB writes for it. */
const timestampMax = 9_223_372_036_854_775_807n;

/** Days between 1970 and infinity. */
const dateMax = 2_147_483_647n;

function within(value: bigint, limit: bigint): bigint {
  if (value > limit || value < -limit) throw new Error('is out of the range of its type');
  return value;
}

function withinDay(value: bigint, perMicrosecond: bigint): bigint {
  if (value < 0n || value > 86_400_000_000n * perMicrosecond) throw new Error('is not a time of day');
  return value;
}

function toMicroseconds(value: bigint, unit: TimeUnit): bigint {
  if (unit === TimeUnit.SECOND) return value * 1_000_000n;
  if (unit === TimeUnit.MILLISECOND) return value * 1_000n;
  if (unit === TimeUnit.MICROSECOND) return value;
  if (value % 1_000n !== 0n) throw new FinerTime('is finer than a microsecond');
  return value / 1_000n;
}

function wholeDays(value: bigint, perDay: bigint): bigint {
  if (value % perDay !== 0n) throw new Error('is not a whole day');
  return value / perDay;
}

/** A two's complement integer of 32-bit words, least significant first. */
function littleEndian(words: Piece['values'], start: number, count: number): bigint {
  let value = 0n;
  for (let index = count - 1; index >= 0; index -= 1) {
    value = (value << 32n) | BigInt.asUintN(32, BigInt(words?.[start + index] ?? 0));
  }
  return BigInt.asIntN(count * 32, value);
}
