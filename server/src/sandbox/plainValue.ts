import { type Value } from '../duckdb/values.ts';

/** Values that cross between the processes; microseconds since 1970 for a time. */
export type PlainValue = Extract<Value, string | number | bigint | boolean | null>;

/**
 * A row as plain data: whole numbers of 64 bits and more as bigint, times as microseconds, what else there is as text.
 */
export function plainRow(row: readonly Value[]): readonly PlainValue[] {
  return row.map(plainValue);
}

function plainValue(value: Value): PlainValue {
  if (value === null || typeof value !== 'object') return value;
  if ('micros' in value && typeof value.micros === 'bigint') return value.micros;
  return String(value);
}
