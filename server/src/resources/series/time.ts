import { PondError } from '../../base/error.ts';
import { identifier } from '../../duckdb/sql.ts';
import { type Column } from '../../sandbox/types.ts';

/** Seconds before and after 1970 within which DuckDB can calculate with TIMESTAMP: 288 000 years. */
const secondsMax = '9100000000000';
const microsecondsMax = `${secondsMax}000000`;

/** Returns the time column: the first column named `Timestamp`, in any case. Undefined if there is none. */
export function timeColumnOf(columns: readonly Column[]): Column | undefined {
  return columns.find(({ name }) => name.toLowerCase() === 'timestamp');
}

/**
 * Returns the SQL for the time of a column, a UTC TIMESTAMP; numbers are seconds since 1970 UTC, with fractions kept to
 * the microsecond. NULL for invalid times: NaN, infinity, a number outside the range of TIMESTAMP. Fails
 * `invalid-content` if the column's type cannot represent a time.
 */
export function timeSql({ name, type }: Column): string {
  const column = identifier(name);
  if (/^U?(TINYINT|SMALLINT|INTEGER)$/.test(type)) return `make_timestamp(${column}::BIGINT * 1000000)`;
  if (/^(U?BIGINT|U?HUGEINT)$/.test(type)) {
    return `CASE WHEN ${column} BETWEEN -${secondsMax} AND ${secondsMax} THEN make_timestamp(${column}::BIGINT * 1000000) END`;
  }
  if (type === 'FLOAT' || type === 'DOUBLE') return fromMicroseconds(`round(${column}::DOUBLE * 1000000)`);
  if (type.startsWith('DECIMAL')) return fromMicroseconds(`TRY_CAST(${column} AS DECIMAL(26, 6)) * 1000000`);
  // Its conversion to TIMESTAMP would need the calendar of the session's time zone, which is slow.
  if (type === 'TIMESTAMP WITH TIME ZONE') return fromMicroseconds(`epoch_us(${column})`);
  if (/^TIMESTAMP(_S|_MS|_NS)?$/.test(type)) return finite(`${column}::TIMESTAMP`);
  if (type === 'DATE') return finite(`TRY_CAST(${column} AS TIMESTAMP)`);
  const hint = 'A time is a number of seconds since 1970 UTC, a TIMESTAMP or a DATE: convert it by a Derive resource.';
  throw new PondError('invalid-content', `no time column: ${name} is ${type}`, { hint });
}

function fromMicroseconds(sql: string): string {
  const whole = `TRY_CAST(${sql} AS BIGINT)`;
  return `CASE WHEN ${whole} BETWEEN -${microsecondsMax} AND ${microsecondsMax} THEN make_timestamp(${whole}) END`;
}

function finite(sql: string): string {
  return `CASE WHEN isfinite(${sql}) THEN ${sql} END`;
}
