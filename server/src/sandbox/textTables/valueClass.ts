/**
 * Classes of values: all values of a class have the same effect on the facts of a column, but for their first one. A class
 * is named by a text of its own in which digits that do not matter are the same, such as 9999-01-01 for days of months of
 * 31 days; a name can be extended by the next character like the text that it is for.
 */

/** The class of all values that are looked at one by one. */
export const otherClass = '\u0000';

/** Numbers of more digits, or with exponents of more than two, are looked at one by one: they may be too long for a type. */
const digitsMax = 15;

/** The class of the values of a class with one more character; `byte` is that of the character. */
export function extendedClass(name: string, byte: number): string {
  if (name === otherClass || byte < 0x20 || byte > 0x7e) return otherClass;
  const text = name + String.fromCharCode(byte);
  return hourClass(text) ?? numberClass(text) ?? timeClass(text) ?? dateClass(text) ?? wordClass(text) ?? otherClass;
}

/** True for a class of complete values: numbers, dates and times that exist, words for truth values and special numbers. */
export function isComplete(name: string): boolean {
  return completeForms.some((form) => form.test(name));
}

const completeForms = [
  /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[-+]\d{1,2})?$/,
  /^[+-]?(?:\d|\d+\.\d*|\.\d+)e\d{1,2}$/,
  /^\d{4}([-/])\d\d\1\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?$/,
  /^\d{1,2}:\d\d(?::\d\d(?:\.\d{1,6})?)?$/,
  /^(?:true|false|-?(?:nan|inf|infinity))$/,
];

/** The first two digits of a value, which may be an hour. */
function hourClass(text: string): string | undefined {
  if (/^\d$/.test(text)) return text < '3' ? text : '9';
  if (!/^\d\d$/.test(text)) return undefined;
  return text < '10' ? '00' : text < '20' ? '11' : text < '24' ? '22' : '99';
}

function numberClass(text: string): string | undefined {
  const match = /^([+-]?)(\d*)(\.?)(\d*)(?:[eE]([+-]?)(\d{0,2}))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', point = '', scale = '', exponentSign, exponent = ''] = match;
  const length = whole.length + scale.length;
  if (length > digitsMax || (length === 0 && exponentSign !== undefined)) return undefined;
  const lead = whole === '' ? '' : whole.startsWith('0') ? '0' : '9';
  const power = exponentSign === undefined ? '' : `e${exponentSign}${nines(exponent)}`;
  return `${sign}${lead}${nines(whole.slice(1))}${point}${nines(scale)}${power}`;
}

const nines = (digits: string): string => '9'.repeat(digits.length);

/** A time of day from its first colon. */
function timeClass(text: string): string | undefined {
  const match = /^(00|11|22|\d)(:.*)$/.exec(text);
  const rest = match === null ? undefined : minutesClass(match[2] ?? '', 6);
  return rest === undefined ? undefined : `${match?.[1]}${rest}`;
}

/** The part of a time below its hour, from its colon, with at most this number of digits of a second's fraction. */
function minutesClass(text: string, fractionMax: number): string | undefined {
  const match = /^:(\d{0,2})(?:(:)(\d{0,2})(?:(\.)(\d*))?)?$/.exec(text);
  if (match === null) return undefined;
  const [, minute = '', colon = '', second = '', point = '', fraction = ''] = match;
  if (minute > '59' || (minute.length === 1 && minute > '5') || (colon !== '' && minute.length < 2)) return undefined;
  if (second > '59' || (second.length === 1 && second > '5') || (point !== '' && second.length < 2)) return undefined;
  if (fraction.length > fractionMax) return undefined;
  return `:${zeros(minute)}${colon}${zeros(second)}${point}${zeros(fraction)}`;
}

const zeros = (digits: string): string => digits.replaceAll(/\d/g, '0');

/** A date with the year first, from its first separator, with a time of day or without one. */
function dateClass(text: string): string | undefined {
  const match = /^(\d{4})([-/])(\d{0,2})(?:\2(\d{0,2})(.*))?$/.exec(text);
  if (match === null) return undefined;
  const [, year = '', separator = '', monthDigits = '', dayDigits, time = ''] = match;
  const month = monthClass(monthDigits);
  if (month === undefined) return undefined;
  if (dayDigits === undefined) return `${year}${separator}${month}`;
  const day = month.length < 2 ? undefined : dayClass(dayDigits, month);
  const clock = time === '' ? '' : day?.length === 2 ? clockClass(time) : undefined;
  return day === undefined || clock === undefined ? undefined : [year, month, day].join(separator) + clock;
}

/** 01 for the months of 31 days, 04 for those of 30, 02 for February. */
function monthClass(month: string): string | undefined {
  if (month.length < 2) return month > '1' ? undefined : month;
  if (month === '00' || month > '12') return undefined;
  return month === '02' ? month : ['04', '06', '09', '11'].includes(month) ? '04' : '01';
}

/** The days of leap years alone are looked at one by one. */
function dayClass(day: string, month: string): string | undefined {
  if (day.length < 2) return day > '3' ? undefined : day;
  const last = month === '02' ? '28' : month === '04' ? '30' : '31';
  return day === '00' || day > last ? undefined : '01';
}

/** The time of a date, from the character before it, with its zone. */
function clockClass(text: string): string | undefined {
  const match = /^([T ])(\d{0,2})(:[\d:.]*)?(Z|[+-].*)?$/.exec(text);
  if (match === null) return undefined;
  const [, between = '', hour = '', below, zone] = match;
  if (hour > '23' || (hour.length === 1 && hour > '2') || (below !== undefined && hour.length < 2)) return undefined;
  const minutes = below === undefined ? '' : minutesClass(below, 9);
  if (minutes === undefined) return undefined;
  const start = `${between}${hour.length === 2 ? '00' : hour}${minutes}`;
  if (zone === undefined) return start;
  const offset = zone === 'Z' ? zone : offsetClass(zone);
  return offset === undefined || !/^:00(?::00(?:\.0+)?)?$/.test(minutes) ? undefined : `${start}${offset}`;
}

/** An offset from UTC of less than 16 hours. */
function offsetClass(zone: string): string | undefined {
  const match = /^([+-])(\d{0,2})(?:(:?)(\d{0,2}))?$/.exec(zone);
  if (match === null) return undefined;
  const [, sign = '', hour = '', colon = '', minute = ''] = match;
  if (hour > '15' || (hour.length === 1 && hour > '1') || (colon !== '' && hour.length < 2)) return undefined;
  if (minute > '59' || (minute.length === 1 && minute > '5')) return undefined;
  return `${sign}${hour.length === 2 ? '00' : hour}${colon}${zeros(minute)}`;
}

const words = ['true', 'false', 'nan', '-nan', 'infinity', '-infinity'];

function wordClass(text: string): string | undefined {
  const lower = text.toLowerCase().replace('+', '-');
  return words.some((word) => word.startsWith(lower)) ? lower : undefined;
}
