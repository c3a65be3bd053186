/** SQL of times in a stated zone. */
import { PondError } from '../../base/error.ts';
import { joinSql, literal, sql, type SqlText } from '../../duckdb/sql.ts';

const utc = /^(UTC|Z|GMT)$/i;
const fixed = /^([+-])(\d{2}):?(\d{2})$/;

/**
 * True for a zone whose clocks may be changed: one with a name other than those of UTC. Fails `invalid-content` for a
 * text that names no zone.
 */
export function isNamedZone(zone: string): boolean {
  if (utc.test(zone) || fixed.test(zone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    throw new PondError('invalid-content', `"${zone}" is not a time zone`, {
      hint: 'State a zone such as America/Denver, or an offset such as -07:00.',
    });
  }
  return true;
}

/** A time with a zone as a time in UTC without one. */
export const utcSql = (time: SqlText): SqlText => sql`make_timestamp(epoch_us(${time}))`;

/**
 * A local time of a zone in UTC; without a zone, the time itself. Times that the clocks repeated are those of the
 * second pass.
 */
export function inZone(time: SqlText, zone = 'UTC'): SqlText {
  if (isNamedZone(zone)) return utcSql(sql`timezone(${literal(zone)}, ${time})`);
  const minutes = minutesOf(zone);
  return minutes === 0 ? time : sql`(${time} - to_minutes(${minutes}))`;
}

/** A time in UTC as the local time of a zone, as `inZone` reads it. */
export function localSql(time: SqlText, zone = 'UTC'): SqlText {
  if (isNamedZone(zone)) return sql`timezone(${literal(zone)}, timezone('UTC', ${time}))`;
  const minutes = minutesOf(zone);
  return minutes === 0 ? time : sql`(${time} + to_minutes(${minutes}))`;
}

/** Minutes of a zone that is not named. */
function minutesOf(zone: string): number {
  const [, sign, hours = 0, minutes = 0] = fixed.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** Clocks are set back by an hour, on Lord Howe Island by half of one, at an Antarctic station by two; in minutes. */
const setBack = [30, 60, 120];

/** True for a time in UTC at which the clocks of a zone show a time that they show twice. */
export function isRepeatedSql(time: SqlText, zone: string): SqlText {
  const others = setBack.flatMap((minutes) => [-minutes, minutes]);
  const shown = others.map((minutes) => localSql(sql`(${time} + to_minutes(${minutes}))`, zone));
  return sql`${localSql(time, zone)} IN (${joinSql(shown)})`;
}
