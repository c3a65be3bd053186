/** Numbers and times as names of columns: years, hours, depths, wavelengths. */
import { isName, isNumber, isTime, isValue, isWord } from './headField.ts';

/** A field of a first record, and the fields below it that are not empty. */
export interface HeadColumn {
  readonly field: string;
  readonly filled: readonly string[];
}

/** Rows below a first record, with as many fields. */
type Rows = readonly (readonly string[])[];

/** Numbers at equal distances are names from this number of them on, where a row can have them by chance. */
const evenMin = 5;
const seriesMin = 3;

/**
 * True for numbers or times that name columns, next to words; undefined where they can be values of a row as well, and false
 * for other fields.
 */
export function isNamedByNumbers(columns: readonly HeadColumn[], rows: Rows): boolean | undefined {
  if (rows.length === 0) return false;
  const times = columns.filter(({ field }) => isTime(field));
  const isAlone = columns.every(({ field }) => isValue(field));
  if (times.length > 0) return isAlone ? false : areNamingTimes(times);
  const own = columns.filter(({ field }) => isNumber(field));
  if (own.length === 0 || columns.length === 1 || columns.some(({ field }) => isWord(field))) return false;
  const below = rows.map((row) => row.filter((_, index) => isNumber(columns[index]?.field ?? '')));
  const found = areNamingNumbers(own, below, isAlone ? /^0$/ : /^[01]$/);
  return isAlone ? found === true && undefined : found;
}

/** Dates and times above numbers: a table with a column for each day or hour. */
function areNamingTimes(times: readonly HeadColumn[]): boolean | undefined {
  if (times.some(({ filled }) => filled.some(isTime))) return false;
  if (times.every(({ filled }) => filled.length > 0 && filled.every(isNumber))) return true;
  if (times.length < 2 || new Set(times.map(({ field }) => field)).size < times.length) return false;
  if (times.some(({ filled }) => filled.some(isNumber))) return true;
  return times.some(({ filled }) => filled.length > 0) ? undefined : false;
}

/** Years in a header. */
const year = /^(1[89]|2[01])\d\d$/;

/** `start` is the form of numbers from which names count up. */
function areNamingNumbers(columns: readonly HeadColumn[], below: Rows, start: RegExp): boolean | undefined {
  const fields = columns.map(({ field }) => field);
  const areAboveWords = columns.every(({ filled }) => filled.length > 0 && filled.every(isName));
  if (areAboveWords) return fields.length >= seriesMin && steps(fields) === 'even' ? true : undefined;
  if (fields.length > 1 && fields.every((field) => year.test(field)) && countsUp(fields)) {
    const texts = below.flat().filter((text) => text !== '');
    return texts.filter((text) => year.test(text)).length * 2 < texts.length;
  }
  if (fields.length < seriesMin) return false;
  if (countsUp(fields) && start.test(fields[0] ?? '')) return !below.every(countsUp);
  const isUnlike = areWholeAboveFractions(columns);
  const rising = steps(fields);
  if (rising === undefined || (below.every((row) => steps(row) !== undefined) && !isUnlike)) {
    return isUnlike && new Set(fields).size === fields.length ? undefined : false;
  }
  if (rising === 'even') return fields.length >= evenMin ? true : undefined;
  return fields.length >= evenMin || isUnlike ? undefined : false;
}

/** True for whole numbers above columns most of whose values have a fraction. */
const areWholeAboveFractions = (columns: readonly HeadColumn[]): boolean =>
  columns.every(({ field, filled }) => {
    const fractions = filled.filter((text) => isNumber(text) && /\d[.,]\d/.test(text)).length;
    return /^\d+$/.test(field) && fractions > 0 && fractions * 2 >= filled.length;
  });

/** The distances of numbers that only rise or only fall; undefined for any others. */
function steps(texts: readonly string[]): 'even' | 'uneven' | undefined {
  const numbers = texts.map((text) => (isNumber(text) ? Number(text) : Number.NaN));
  const distances = numbers.slice(1).map((number, index) => number - (numbers[index] ?? 0));
  const [first = 0] = distances;
  if (!distances.every((distance) => distance * first > 0)) return undefined;
  return distances.every((distance) => Math.abs(distance / first - 1) < 1e-6) ? 'even' : 'uneven';
}

/** True for numbers from 0 on next to an empty field above filled ones: the names that pandas gives to columns without names. */
export function isCountOfColumns([first, ...numbers]: readonly string[], rows: Rows): boolean {
  if (first !== '' || numbers[0] !== '0' || !countsUp(numbers)) return false;
  return rows.length > 0 && rows.every((row) => row[0] !== '');
}

const countsUp = (texts: readonly string[]): boolean =>
  texts.every((text, index) => /^\d{1,4}$/.test(text) && Number(text) === Number(texts[0]) + index);
