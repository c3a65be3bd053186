/** Parts of a time that a number format shows. */
export type TimeFormat = 'date' | 'timestamp' | 'time';

/** Formats without a code in the file. 27 to 36 and 50 to 58 are dates of East Asian versions. */
const builtIn: readonly (readonly [first: number, last: number, format: TimeFormat])[] = [
  [14, 17, 'date'],
  [18, 21, 'time'],
  [22, 22, 'timestamp'],
  [27, 31, 'date'],
  [32, 35, 'time'],
  [36, 36, 'date'],
  [45, 45, 'time'],
  [47, 47, 'time'],
  [50, 58, 'date'],
];

/** Characters of a format code: Excel allows fewer, and patterns search each from every bracket. */
const codeLengthMax = 1024;

/**
 * Meaning of the numbers of a format: undefined for numbers, and for durations such as `[h]:mm`, which can exceed a day.
 * `code` is that of the file, which replaces the one that the id has. Throws an Error for a code that is longer than any.
 */
export function timeFormatOf(id: number, code: string | undefined): TimeFormat | undefined {
  if (code === undefined) return builtIn.find(([first, last]) => id >= first && id <= last)?.[2];
  if (code.length > codeLengthMax) throw new Error('it has a number format that is too long');
  const [positive = ''] = code.replace(/"[^"]*"|\\.|_.|\*./g, '').split(';');
  if (/\[(h+|m+|s+)\]/i.test(positive)) return undefined;
  const parts = positive.replace(/\[[^\]]*\]/g, '').replace(/general/gi, '');
  const hasTime = /[hs]/i.test(parts);
  const hasDate = /[yd]/i.test(parts) || (!hasTime && /m/i.test(parts));
  if (hasDate) return hasTime ? 'timestamp' : 'date';
  return hasTime ? 'time' : undefined;
}

const msPerDay = 86_400_000;
/** Days from the day before the first one to 1970, by system; the system of 1900 has a day 60 that never was. */
const epochDays1900 = 25_569;
const epochDays1904 = 24_107;
/** The last day that Excel knows, 9999-12-31, in the system of 1900. */
const lastDay = 2_958_465;

/** Milliseconds since 1970 of a day number with a fraction, rounded to the millisecond; undefined for what is not a date. */
export function msOfSerial(serial: number, is1904: boolean): number | undefined {
  const epochDays = is1904 ? epochDays1904 : epochDays1900;
  if (serial < (is1904 ? 0 : 1) || serial >= lastDay + 1 - (epochDays1900 - epochDays)) return undefined;
  if (!is1904 && Math.floor(serial) === 60) return undefined;
  const days = !is1904 && serial < 60 ? serial + 1 : serial;
  return Math.round((days - epochDays) * msPerDay);
}
