import { type DuckDBDataChunk, type DuckDBValue } from '@duckdb/node-api';
import { loadNative } from './native.ts';

/** Up to 2048 rows in DuckDB's own memory. Passed from one database to another without conversion. */
export type Chunk = DuckDBDataChunk;

/** A value in DuckDB's binding. */
export type Value = DuckDBValue;

/** Constructors of DuckDB values without a plain JavaScript equivalent. */
export interface ValueMakers {
  blob(bytes: Uint8Array): Value;
  /** Days since 1970. */
  date(days: number): Value;
  /** Microseconds since midnight. */
  time(us: bigint): Value;
  /** Nanoseconds since midnight. */
  timeNs(ns: bigint): Value;
  /** Microseconds since 1970, of a time without a zone. */
  timestamp(us: bigint): Value;
  /** Microseconds since 1970 UTC. */
  timestampTz(us: bigint): Value;
  /** Nanoseconds since 1970. */
  timestampNs(ns: bigint): Value;
  /** An integer; `scale` of its `width` digits are decimals. */
  decimal(unscaled: bigint, width: number, scale: number): Value;
  list(items: readonly Value[]): Value;
  struct(fields: Readonly<Record<string, Value>>): Value;
  map(entries: readonly { readonly key: Value; readonly value: Value }[]): Value;
}

/** Returns the constructors of DuckDB's own values; loads the native module. Fails `engine-unavailable`. */
export async function loadValueMakers(): Promise<ValueMakers> {
  const native = await loadNative();
  return {
    blob: (bytes) => new native.DuckDBBlobValue(bytes),
    date: (days) => new native.DuckDBDateValue(days),
    time: (us) => new native.DuckDBTimeValue(us),
    timeNs: (ns) => new native.DuckDBTimeNSValue(ns),
    timestamp: (us) => new native.DuckDBTimestampValue(us),
    timestampTz: (us) => new native.DuckDBTimestampTZValue(us),
    timestampNs: (ns) => new native.DuckDBTimestampNanosecondsValue(ns),
    decimal: (unscaled, width, scale) => new native.DuckDBDecimalValue(unscaled, width, scale),
    list: (items) => new native.DuckDBListValue(items),
    struct: (fields) => new native.DuckDBStructValue(fields),
    map: (entries) => new native.DuckDBMapValue([...entries]),
  };
}
