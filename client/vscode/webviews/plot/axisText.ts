/** Texts of positions on the axes, and the positions of texts. */
import { numberText } from '../../numberStrings.ts';

/**
 * Parses DuckDB's text of a DATE or a TIMESTAMP, with a zone or assumed UTC: milliseconds since 1970; NaN for any other
 * text, such as infinity.
 */
export function timeOf(text: string): number {
  const parts = /^(\d{4,6})-(\d\d)-(\d\d)(?: (\d\d:\d\d:\d\d(?:\.\d{1,3})?)\d*(?:([+-]\d\d)(?::?(\d\d))?)?)?$/.exec(
    text,
  );
  if (parts === null) return NaN;
  const [, year = '', month, day, clock = '00:00:00', zone = '+00', minutes = '00'] = parts;
  const sign = year.length === 4 ? '' : '+';
  return Date.parse(
    `${sign}${year.padStart(year.length === 4 ? 4 : 6, '0')}-${month}-${day}T${clock}${zone}:${minutes}`,
  );
}

/** A time in UTC without the parts that are zero: `2026-05-01`, `2026-05-01 12:30`. */
export function timeText(ms: number): string {
  const time = new Date(ms);
  if (Number.isNaN(time.getTime())) return String(ms);
  return time
    .toISOString()
    .replace('T', ' ')
    .replace(/( 00:00)?(:00)?\.000Z$|Z$/, '');
}

/** A position on the x axis. */
export function positionText(x: number, isTime: boolean): string {
  return isTime ? `${timeText(x)} UTC` : valueText(x);
}

/** A value with up to nine digits; years need no separators, as small numbers have none. */
export function valueText(value: number): string {
  return numberText(value, { useGrouping: Math.abs(value) >= 10_000, maximumSignificantDigits: 9 });
}

/** A number that fits in about seven characters: `2,500`, `1.2M`, `4e-7`. */
export function shortText(value: number): string {
  const size = Math.abs(value);
  if (size > 0 && size < 1e-4) return value.toExponential();
  return numberText(value, {
    notation: size < 1e6 ? 'standard' : 'compact',
    maximumSignificantDigits: 6,
  });
}
