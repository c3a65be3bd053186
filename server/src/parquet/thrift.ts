/** The part of Thrift's compact protocol used in Parquet's page headers. */

/** Bytes with the position of the next one. */
export interface ByteCursor {
  readonly bytes: Uint8Array;
  /** Byte offset, 0-based; past the last byte when all has been read. */
  at: number;
}

/** The integers and flags of a struct, and its structs, by field id. Values of other types are skipped. */
export type ThriftStruct = ReadonlyMap<number, number | boolean | ThriftStruct>;

/** Structs in page headers nest two deep; deeper ones are not headers. */
const depthMax = 4;

export const typeOf = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  struct: 12,
} as const;

/** Reads a struct and moves the cursor past it. Throws when the bytes are not a struct or end too early. */
export function readStruct(cursor: ByteCursor, depth = 0): ThriftStruct {
  if (depth > depthMax) throw new Error('a header is nested too deep');
  const fields = new Map<number, number | boolean | ThriftStruct>();
  for (let id = 0; ;) {
    const head = readByte(cursor);
    const type = head & 0x0f;
    if (type === 0) return fields;
    id = head >> 4 === 0 ? readInteger(cursor) : id + (head >> 4);
    const value = readValue(cursor, type, depth);
    if (value !== undefined) fields.set(id, value);
  }
}

function readValue(cursor: ByteCursor, type: number, depth: number): number | boolean | ThriftStruct | undefined {
  switch (type) {
    case typeOf.true:
    case typeOf.false:
      return type === typeOf.true;
    case typeOf.byte:
      return readByte(cursor);
    case typeOf.i16:
    case typeOf.i32:
      return readInteger(cursor);
    case typeOf.i64:
      readVarint(cursor);
      return undefined;
    case typeOf.double:
      return skip(cursor, 8);
    case typeOf.binary:
      return skip(cursor, readVarint(cursor));
    case typeOf.struct:
      return readStruct(cursor, depth + 1);
    default:
      throw new Error(`a header has a field of type ${type}`);
  }
}

/** Reads a LEB128 number below 2^53; a larger one loses its upper bits, and exceeds every bound either way. */
export function readVarint(cursor: ByteCursor): number {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = readByte(cursor);
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
    if (scale > 2 ** 63) throw new Error('a number is too long');
  }
}

function readInteger(cursor: ByteCursor): number {
  const value = readVarint(cursor);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function readByte(cursor: ByteCursor): number {
  const byte = cursor.bytes[cursor.at++];
  if (byte === undefined) throw new Error('a header is cut short');
  return byte;
}

function skip(cursor: ByteCursor, count: number): undefined {
  cursor.at += count;
  if (cursor.at > cursor.bytes.length) throw new Error('a header is cut short');
  return undefined;
}

/** Fields of a struct for writing: integers, flags, and structs, in the order of their ids. */
export type ThriftFields = readonly (readonly [id: number, value: number | boolean | ThriftFields])[];

/** Returns the bytes of a struct. */
export function writeStruct(fields: ThriftFields): number[] {
  const bytes: number[] = [];
  let last = 0;
  for (const [id, value] of fields) {
    const type =
      typeof value === 'number' ? typeOf.i32 : typeof value === 'boolean' ? typeOf[`${value}`] : typeOf.struct;
    bytes.push(((id - last) << 4) | type);
    last = id;
    if (typeof value === 'number') bytes.push(...integerBytes(value));
    else if (typeof value !== 'boolean') bytes.push(...writeStruct(value));
  }
  return [...bytes, 0];
}

function integerBytes(value: number): number[] {
  const bytes: number[] = [];
  let left = value >= 0 ? value * 2 : -value * 2 - 1;
  for (; left >= 0x80; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80);
  return [...bytes, left];
}
