/**
 * Structs of Thrift's compact protocol as trees, whose fields can be changed and written again. Fields that a reader does
 * not know are kept as they are.
 */
import { type ByteCursor, readVarint, typeOf } from './thrift.ts';

/** Doubles and binary values are their bytes, and flags are in their type. */
export type ThriftValue = number | Uint8Array | ThriftTree | ThriftList | undefined;

/** A field, with its type in the protocol. */
export interface ThriftField {
  readonly type: number;
  readonly value: ThriftValue;
}

/** The fields of a struct by their ids, in ascending order. */
export type ThriftTree = ReadonlyMap<number, ThriftField>;

export interface ThriftList {
  /** Type of the items. */
  readonly type: number;
  readonly items: readonly ThriftValue[];
}

/** Footers of Parquet nest six deep. */
const depthMax = 12;

/** Reads a struct and moves the cursor past it. Throws when the bytes are not a struct that `writeTree` writes. */
export function readTree(cursor: ByteCursor, depth = 0): ThriftTree {
  if (depth > depthMax) throw new Error('a struct is nested too deep');
  const fields = new Map<number, ThriftField>();
  for (let id = 0; ;) {
    const head = byteAt(cursor);
    const type = head & 0x0f;
    if (type === 0) return fields;
    const step = head >> 4 === 0 ? readInteger(cursor) - id : head >> 4;
    if (!(step > 0)) throw new Error('the fields of a struct are not in order');
    id += step;
    fields.set(id, { type, value: isFlag(type) ? undefined : readValue(cursor, type, depth) });
  }
}

const isFlag = (type: number): boolean => type === typeOf.true || type === typeOf.false;

function readValue(cursor: ByteCursor, type: number, depth: number): ThriftValue {
  switch (type) {
    case typeOf.byte:
      return byteAt(cursor);
    case typeOf.i16:
    case typeOf.i32:
    case typeOf.i64:
      return readInteger(cursor);
    case typeOf.double:
      return take(cursor, 8);
    case typeOf.binary:
      return take(cursor, readVarint(cursor));
    case typeOf.list:
      return readList(cursor, depth);
    case typeOf.struct:
      return readTree(cursor, depth + 1);
    default:
      throw new Error(`a struct has a field of type ${type}`);
  }
}

function readList(cursor: ByteCursor, depth: number): ThriftList {
  const head = byteAt(cursor);
  const type = head & 0x0f;
  const count = head >> 4 === 15 ? readVarint(cursor) : head >> 4;
  // An item takes at least a byte.
  if (count > cursor.bytes.length - cursor.at) throw new Error('a list is longer than its bytes');
  const items: ThriftValue[] = [];
  for (let index = 0; index < count; index++) {
    items.push(isFlag(type) ? byteAt(cursor) : readValue(cursor, type, depth + 1));
  }
  return { type, items };
}

function readInteger(cursor: ByteCursor): number {
  const value = readVarint(cursor);
  if (!Number.isSafeInteger(value)) throw new Error('a number is too large');
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function byteAt(cursor: ByteCursor): number {
  const byte = cursor.bytes[cursor.at++];
  if (byte === undefined) throw new Error('a struct is cut short');
  return byte;
}

function take(cursor: ByteCursor, count: number): Uint8Array {
  const start = cursor.at;
  cursor.at += count;
  if (cursor.at > cursor.bytes.length) throw new Error('a struct is cut short');
  return cursor.bytes.subarray(start, cursor.at);
}

/** Returns the bytes of a struct. */
export function writeTree(tree: ThriftTree): Uint8Array {
  const writer = new TreeWriter();
  writer.struct(tree);
  return writer.bytes();
}

/** Bytes that grow. */
class TreeWriter {
  #buffer = new Uint8Array(1024);
  #length = 0;

  bytes(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }

  struct(tree: ThriftTree): void {
    let last = 0;
    for (const [id, { type, value }] of tree) {
      const step = id - last;
      this.#byte(step < 16 ? (step << 4) | type : type);
      if (step >= 16) this.#integer(id);
      last = id;
      if (!isFlag(type)) this.#value(type, value);
    }
    this.#byte(0);
  }

  #value(type: number, value: ThriftValue): void {
    if (typeof value === 'number') {
      if (type === typeOf.byte || isFlag(type)) this.#byte(value);
      else this.#integer(value);
    } else if (value instanceof Uint8Array) {
      if (type === typeOf.binary) this.#varint(value.length);
      this.#append(value);
    } else if (value instanceof Map) this.struct(value);
    else if (value !== undefined) this.#list(value as ThriftList);
  }

  #list({ type, items }: ThriftList): void {
    this.#byte((Math.min(items.length, 15) << 4) | type);
    if (items.length >= 15) this.#varint(items.length);
    for (const item of items) this.#value(type, item);
  }

  #integer(value: number): void {
    this.#varint(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  #varint(value: number): void {
    let left = value;
    for (; left >= 0x80; left = Math.floor(left / 128)) this.#byte((left % 128) | 0x80);
    this.#byte(left);
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = byte;
  }

  #append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#buffer.length) return;
    const larger = new Uint8Array(2 * (this.#length + count));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}
