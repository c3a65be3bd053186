/** Columns of times, among them the seconds since 1970 of series, and their texts. */
import { isoTimeMs } from '../../../../server/src/base/isoTime.ts';
import { type Column } from '../../../../server/src/protocol/commands.ts';
import { isAnyNumber, isPointInTime, isTimestamp } from '../../../../server/src/base/typeClass.ts';

/** A column as a page shows it. */
export interface ShownColumn extends Column {
  /** True for times whose type has no zone, and which are in UTC all the same. */
  readonly isUtc?: boolean;
}

/** Returns the columns of a table that is a text: reading converted its times to UTC. */
export function columnsOfText(columns: readonly Column[]): readonly ShownColumn[] {
  return columns.map((column) => (isTimestamp(column.type) ? { ...column, isUtc: true } : column));
}

/** True for a column whose times are known to be in UTC. */
export function isInUtc({ type, isUtc = false }: ShownColumn): boolean {
  return isUtc || type === 'TIMESTAMP WITH TIME ZONE';
}

/** True for a column with the seconds since 1970 UTC of a series. */
export function isSeconds({ name, type }: Column): boolean {
  return name.toLowerCase() === 'timestamp' && isAnyNumber(type);
}

/** True for a column of times, or of the seconds of series. */
export function isTimeColumn(column: Column): boolean {
  return isPointInTime(column.type) || isSeconds(column);
}

/** First second of the year 0 and last one of the year 9999: other numbers are not seconds. */
const [secondsMin, secondsMax] = [-62_167_219_200, 253_402_300_799];

/** Returns the time in UTC of seconds since 1970; undefined for a text that is not of a time in a four-digit year. */
export function timeOfSeconds(text: string): string | undefined {
  const seconds = text === '' ? NaN : Number(text);
  if (!(seconds >= secondsMin && seconds <= secondsMax)) return undefined;
  const time = new Date(Math.floor(seconds * 1000)).toISOString();
  return time.replace('T', ' ').replace(/(\.000)?Z$/, '');
}

/**
 * Returns the seconds since 1970 of a month, a date, or a date and a time in UTC, as people write it; undefined for
 * another text.
 */
export function secondsOfTime(text: string): string | undefined {
  const parts = /^(\d{4})-(\d\d)(?:-(\d\d))?(?:[ T](\d\d:\d\d)(:\d\d(?:\.\d{1,3})?)?)?(?:Z|\+00(?::?00)?)?$/i.exec(
    text.trim(),
  );
  if (parts === null) return undefined;
  const [, year, month, day = '01', clock = '00:00', seconds = ''] = parts;
  const ms = isoTimeMs(`${year}-${month}-${day}T${clock}${seconds}Z`);
  return ms === undefined ? undefined : String(ms / 1000);
}

/** Returns a value of a column as people write it: a number of seconds that is exactly a time is that time in UTC. */
export function readableValue(column: Column, text: string): string {
  const time = isSeconds(column) ? timeOfSeconds(text) : undefined;
  return time !== undefined && Number(secondsOfTime(time)) === Number(text) ? time : text;
}
