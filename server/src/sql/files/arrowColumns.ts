import {
  Binary,
  Bool,
  type Data,
  type DataType,
  DateDay,
  Decimal,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  makeData,
  TimeMicrosecond,
  TimestampMicrosecond,
  TimestampNanosecond,
  Uint16,
  Uint32,
  Uint64,
  Uint8,
  Utf8,
} from 'apache-arrow';
import { sql, type SqlText } from '../../duckdb/sql.ts';
import { decimalOf, integerOf } from '../../base/typeClass.ts';

type Texts = readonly (string | null)[];

/** A column of an Arrow file: its type, the SQL of its values as text, and the conversion of these texts. */
interface ArrowColumn {
  readonly type: DataType;
  readonly textSql: (value: SqlText) => SqlText;
  readonly data: (texts: Texts) => Data;
}

const asText = (value: SqlText): SqlText => sql`CAST(${value} AS VARCHAR)`;
const asJson = (value: SqlText): SqlText => sql`CAST(to_json(${value}) AS VARCHAR)`;
const asMicroseconds = (value: SqlText): SqlText => asText(sql`epoch_us(${value})`);
/** Infinities are the greatest and the least number, as in Parquet files. */
const asInstant = (value: SqlText): SqlText => {
  const infinite = sql`CASE ${value} WHEN 'infinity' THEN 9223372036854775807 WHEN '-infinity' THEN -9223372036854775807 END`;
  return asText(sql`coalesce(epoch_us(${value}), ${infinite})`);
};

/** Returns the Arrow column for a DuckDB type. `isWide`: it has integers of more than 38 digits. */
export function arrowColumn(type: string, isWide: boolean): ArrowColumn {
  const decimal = decimalOf(type);
  if (decimal !== undefined) return decimalColumn(decimal.width, decimal.scale);
  if (integerOf(type)?.bits === 128) return isWide ? textColumn(asText) : decimalColumn(38, 0);
  if (/[[(]/.test(type) && !/^(ENUM|GEOMETRY)\(/.test(type)) return textColumn(asJson);
  return plain[type]?.() ?? textColumn(asText);
}

const plain: Readonly<Record<string, (() => ArrowColumn) | undefined>> = {
  BOOLEAN: () => ({ type: new Bool(), textSql: asText, data: bools }),
  TINYINT: () => numbers(new Int8(), (length) => new Int8Array(length), Number),
  SMALLINT: () => numbers(new Int16(), (length) => new Int16Array(length), Number),
  INTEGER: () => numbers(new Int32(), (length) => new Int32Array(length), Number),
  BIGINT: () => numbers(new Int64(), (length) => new BigInt64Array(length), BigInt),
  UTINYINT: () => numbers(new Uint8(), (length) => new Uint8Array(length), Number),
  USMALLINT: () => numbers(new Uint16(), (length) => new Uint16Array(length), Number),
  UINTEGER: () => numbers(new Uint32(), (length) => new Uint32Array(length), Number),
  UBIGINT: () => numbers(new Uint64(), (length) => new BigUint64Array(length), BigInt),
  FLOAT: () => numbers(new Float32(), (length) => new Float32Array(length), floating),
  DOUBLE: () => numbers(new Float64(), (length) => new Float64Array(length), floating),
  DATE: () => ({
    ...numbers(new DateDay(), (length) => new Int32Array(length), Number),
    textSql: (value) => asText(sql`${value} - DATE '1970-01-01'`),
  }),
  TIME: () => ({ ...integers64(new TimeMicrosecond()), textSql: asMicroseconds }),
  TIMESTAMP: () => ({ ...integers64(new TimestampMicrosecond()), textSql: asInstant }),
  TIMESTAMP_S: () => ({ ...integers64(new TimestampMicrosecond()), textSql: asInstant }),
  TIMESTAMP_MS: () => ({ ...integers64(new TimestampMicrosecond()), textSql: asInstant }),
  TIMESTAMP_NS: () => ({
    ...integers64(new TimestampNanosecond()),
    textSql: (value) => asText(sql`epoch_ns(${value})`),
  }),
  'TIMESTAMP WITH TIME ZONE': () => ({ ...integers64(new TimestampMicrosecond('UTC')), textSql: asInstant }),
  BLOB: () => ({
    type: new Binary(),
    textSql: (value) => sql`hex(${value})`,
    data: (texts) => bytes(new Binary(), texts, 'hex'),
  }),
};

function textColumn(textSql: ArrowColumn['textSql']): ArrowColumn {
  return { type: new Utf8(), textSql, data: (texts) => bytes(new Utf8(), texts, 'utf8') };
}

type Values =
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

function numbers<V extends number | bigint>(
  type: DataType,
  create: (length: number) => Values & { [index: number]: V },
  parse: (text: string) => V,
): ArrowColumn {
  const data = (texts: Texts): Data => {
    const values = create(texts.length);
    texts.forEach((text, index) => {
      if (text !== null) values[index] = parse(text);
    });
    return fixedWidth(type, texts, values);
  };
  return { type, textSql: asText, data };
}

const integers64 = (type: DataType): ArrowColumn => numbers(type, (length) => new BigInt64Array(length), BigInt);

/** DuckDB writes infinities as `inf`. */
const floating = (text: string): number => Number(text.replace('inf', 'Infinity'));

function decimalColumn(precision: number, scale: number): ArrowColumn {
  const type = new Decimal(scale, precision, 128);
  const data = (texts: Texts): Data => {
    const words = new BigUint64Array(texts.length * 2);
    texts.forEach((text, index) => {
      if (text === null) return;
      const unscaled = BigInt.asUintN(128, BigInt(text.replace('.', '')));
      words[index * 2] = BigInt.asUintN(64, unscaled);
      words[index * 2 + 1] = unscaled >> 64n;
    });
    return fixedWidth(type, texts, new Uint32Array(words.buffer));
  };
  return { type, textSql: asText, data };
}

function bools(texts: Texts): Data {
  return fixedWidth(
    new Bool(),
    texts,
    bitmap(texts, (text) => text === 'true'),
  );
}

function fixedWidth(type: DataType, texts: Texts, values: Values): Data {
  return makeData({ type, length: texts.length, ...nulls(texts), data: values } as Parameters<typeof makeData>[0]);
}

function bytes(type: Binary | Utf8, texts: Texts, encoding: 'hex' | 'utf8'): Data {
  const parts = texts.map((text) => Buffer.from(text ?? '', encoding));
  const valueOffsets = new Int32Array(texts.length + 1);
  parts.forEach((part, index) => (valueOffsets[index + 1] = valueOffsets[index]! + part.length));
  const data = Buffer.concat(parts);
  const shape = { type, length: texts.length, ...nulls(texts), valueOffsets, data };
  return makeData(shape as Parameters<typeof makeData>[0]);
}

function nulls(texts: Texts): { readonly nullCount: number; readonly nullBitmap: Uint8Array } {
  const nullCount = texts.reduce((count, text) => (text === null ? count + 1 : count), 0);
  return { nullCount, nullBitmap: bitmap(texts, (text) => text !== null) };
}

/** One bit for each text, the first in the lowest bit of the first byte. */
function bitmap(texts: Texts, isSet: (text: string | null) => boolean): Uint8Array {
  const bits = new Uint8Array(Math.ceil(texts.length / 8));
  texts.forEach((text, index) => {
    if (isSet(text)) bits[index >> 3]! |= 1 << (index & 7);
  });
  return bits;
}
