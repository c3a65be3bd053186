import { type Value } from '../duckdb/values.ts';

/** Values sent between processes; a time is microseconds since 1970. */
export type PlainValue = Extract<Value, string | number | bigint | boolean | null>;

/** A row as plain data: integers of 64 bits and more as bigint, times as microseconds, all other values as text. */
export function plainRow(row: readonly Value[]): readonly PlainValue[] {
  return row.map(plainValue);
}

function plainValue(value: Value): PlainValue {
  if (value === null || typeof value !== 'object') return value;
  if ('micros' in value && typeof value.micros === 'bigint') return value.micros;
  return String(value);
}
