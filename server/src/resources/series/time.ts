import { PondError } from '../../base/error.ts';
import { identifier, sql, type SqlText } from '../../duckdb/sql.ts';
import { type Column } from '../../protocol/results.ts';

/** Seconds before and after 1970 within which DuckDB can calculate with TIMESTAMP: 288 000 years. */
const secondsMax = 9_100_000_000_000n;
const microsecondsMax = secondsMax * 1_000_000n;

/** Returns the time column: the first column named `Timestamp`, in any case. Undefined if there is none. */
export function timeColumnOf(columns: readonly Column[]): Column | undefined {
  return columns.find(({ name }) => name.toLowerCase() === 'timestamp');
}

/** Columns that the error without a time column names at most. */
const namedMax = 8;

/** Returns the `invalid-content` error about an input without a time column. */
export function noTimeColumn(columns: readonly Column[]): PondError {
  const names = columns.slice(0, namedMax).map(({ name }) => name);
  const more = columns.length > namedMax ? ', …' : '';
  const times = columns.filter(({ type }) => /^(TIMESTAMP|DATE)/.test(type));
  const [time] = times;
  const column = time !== undefined && times.length === 1 ? identifier(time.name) : 'TIME';
  return new PondError('invalid-content', `there is no column Timestamp among ${names.join(', ')}${more}`, {
    hint: `A Derive resource gives the times that name in its query: ${column} AS "Timestamp".`,
  });
}

/**
 * Returns the SQL for the time of a column, a UTC TIMESTAMP; numbers are seconds since 1970 UTC, with fractions kept to
 * the microsecond. NULL for invalid times: NaN, infinity, a number outside the range of TIMESTAMP. Fails
 * `invalid-content` if the column's type cannot represent a time.
 */
export function timeSql({ name, type }: Column): SqlText {
  const column = identifier(name);
  if (/^U?(TINYINT|SMALLINT|INTEGER)$/.test(type)) return sql`make_timestamp(${column}::BIGINT * 1000000)`;
  if (/^(U?BIGINT|U?HUGEINT)$/.test(type)) {
    return sql`CASE WHEN ${column} BETWEEN -${secondsMax} AND ${secondsMax} THEN make_timestamp(${column}::BIGINT * 1000000) END`;
  }
  if (type === 'FLOAT' || type === 'DOUBLE') return fromMicroseconds(sql`round(${column}::DOUBLE * 1000000)`);
  if (type.startsWith('DECIMAL')) return fromMicroseconds(sql`TRY_CAST(${column} AS DECIMAL(26, 6)) * 1000000`);
  // Its conversion to TIMESTAMP would need the calendar of the session's time zone, which is slow.
  if (type === 'TIMESTAMP WITH TIME ZONE') return fromMicroseconds(sql`epoch_us(${column})`);
  if (/^TIMESTAMP(_S|_MS|_NS)?$/.test(type)) return finite(sql`${column}::TIMESTAMP`);
  if (type === 'DATE') return finite(sql`TRY_CAST(${column} AS TIMESTAMP)`);
  const hint = 'A time is a number of seconds since 1970 UTC, a TIMESTAMP or a DATE: convert it by a Derive resource.';
  throw new PondError('invalid-content', `no time column: ${name} is ${type}`, { hint });
}

function fromMicroseconds(microseconds: SqlText): SqlText {
  const whole = sql`TRY_CAST(${microseconds} AS BIGINT)`;
  return sql`CASE WHEN ${whole} BETWEEN -${microsecondsMax} AND ${microsecondsMax} THEN make_timestamp(${whole}) END`;
}

function finite(moment: SqlText): SqlText {
  return sql`CASE WHEN isfinite(${moment}) THEN ${moment} END`;
}
