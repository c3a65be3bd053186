/** Numbers and times as names of columns: years, hours, depths, wavelengths. */
import { isName, isNumber, isTime, isValue, isWord } from './headField.ts';

/** A field of a first record, and the fields below it that are not empty. */
export interface HeadColumn {
  readonly field: string;
  readonly filled: readonly string[];
}

/** Rows below a first record, with as many fields. */
type Rows = readonly (readonly string[])[];

/** Numbers of fields: fewer are in a row by chance. */
const seriesMin = 3;
const unevenMin = 4;
const certainMin = 5;

/**
 * True for numbers or times that name columns, next to words; undefined where they can be values of a row as well, and false
 * for other fields.
 */
export function isNamedByNumbers(columns: readonly HeadColumn[], rows: Rows): boolean | undefined {
  if (rows.length === 0 || columns.length === 1) return false;
  const times = columns.filter(({ field }) => isTime(field));
  const isAlone = columns.every(({ field }) => isValue(field));
  if (times.length > 0) return isAlone ? false : areNamingTimes(times);
  const own = columns.filter(({ field }) => isNumber(field));
  if (own.length === 0 || columns.some(({ field }) => isWord(field))) return false;
  const below = rows.map((row) => row.filter((_, index) => isNumber(columns[index]?.field ?? '')));
  if (isAlone) return areNamingAlone(own, below);
  return areNamingNumbers(own, { below, hasCorner: hasCorner(columns, rows.length) });
}

/** True for numbers next to one empty field, below which every row has a text. */
function hasCorner(columns: readonly HeadColumn[], rowCount: number): boolean {
  const [corner, ...others] = columns;
  return corner?.field === '' && corner.filled.length === rowCount && others.every(({ field }) => isNumber(field));
}

/** Dates and times above numbers: a table with a column for each day or hour. */
function areNamingTimes(times: readonly HeadColumn[]): boolean | undefined {
  if (times.some(({ filled }) => filled.some(isTime))) return false;
  if (times.every(({ filled }) => filled.length > 0 && filled.every(isNumber))) return true;
  if (times.length < 2 || new Set(times.map(({ field }) => field)).size < times.length) return false;
  if (times.some(({ filled }) => filled.some(isNumber))) return true;
  return times.some(({ filled }) => filled.length > 0) ? undefined : false;
}

/** Without a word next to them, numbers can always be a row. */
function areNamingAlone(columns: readonly HeadColumn[], below: Rows): false | undefined {
  const fields = columns.map(({ field }) => field);
  const isSeries = fields.length >= seriesMin && courseOf(fields)?.isEven === true && !below.every(isEven);
  const isCertain = fields[0] === '0' || fields.length >= certainMin || areWholeAboveFractions(columns);
  return (isSeries && isCertain) || areYears(fields, below) === true ? undefined : false;
}

interface Surroundings {
  /** The fields below the numbers, by rows. */
  readonly below: Rows;
  /** True where the numbers are next to the empty corner of a table with names of rows. */
  readonly hasCorner: boolean;
}

function areNamingNumbers(columns: readonly HeadColumn[], { below, hasCorner }: Surroundings): boolean | undefined {
  const fields = columns.map(({ field }) => field);
  const count = fields.length;
  const course = courseOf(fields);
  const isEvenSeries = count >= seriesMin && course?.isEven === true;
  if (columns.every(({ filled }) => filled.length > 0 && filled.every(isName))) return isEvenSeries ? true : undefined;
  const years = areYears(fields, below);
  if (years !== false) return years;
  const isAlike = (row: readonly string[]): boolean =>
    count >= certainMin ? isEven(row) : courseOf(row)?.rises === course?.rises;
  if (isEvenSeries && !below.every(isAlike)) {
    // In a row of whole numbers, 1, 2 and 3 can be answers or counts.
    const isCount = fields[0] === '0' || (fields[0] === '1' && (hasCorner || below.flat().some(hasFraction)));
    return count >= certainMin || isCount ? true : undefined;
  }
  const isUnlike =
    course !== undefined && count >= unevenMin && !below.some((row) => courseOf(row)?.rises === course.rises);
  // A table with names of rows: a row without its name would be the only one.
  if (isUnlike && hasCorner && count > certainMin) return true;
  const areIds = count >= seriesMin && new Set(fields).size === count && areWholeAboveFractions(columns);
  return isUnlike || areIds ? undefined : false;
}

/** Years in a header. */
const year = /^(1[89]|2[01])\d\d$/;

/**
 * True for years in order, above few years; undefined for two years that do not follow each other, and false for other
 * numbers.
 */
function areYears(fields: readonly string[], below: Rows): boolean | undefined {
  if (fields.length < 2 || !fields.every((field) => year.test(field)) || courseOf(fields) === undefined) return false;
  const texts = below.flat().filter((text) => text !== '');
  if (texts.filter((text) => year.test(text)).length * 2 >= texts.length) return false;
  return fields.length >= seriesMin || countsUp(fields) ? true : undefined;
}

const hasFraction = (text: string): boolean => isNumber(text) && /\d[.,]\d/.test(text);

/** True for whole numbers above columns most of whose values have a fraction. */
const areWholeAboveFractions = (columns: readonly HeadColumn[]): boolean =>
  columns.every(({ field, filled }) => {
    const fractions = filled.filter(hasFraction).length;
    return /^\d+$/.test(field) && fractions > 0 && fractions * 2 >= filled.length;
  });

/** Numbers that only rise or only fall. */
interface Course {
  readonly rises: boolean;
  /** True for equal distances. */
  readonly isEven: boolean;
}

/** Undefined for numbers that rise and fall, and for other texts. */
function courseOf(texts: readonly string[]): Course | undefined {
  const numbers = texts.map((text) => (isNumber(text) ? Number(text) : Number.NaN));
  const distances = numbers.slice(1).map((number, index) => number - (numbers[index] ?? 0));
  const [first = 0] = distances;
  if (!distances.every((distance) => distance * first > 0)) return undefined;
  return { rises: first > 0, isEven: distances.every((distance) => Math.abs(distance / first - 1) < 1e-6) };
}

const isEven = (texts: readonly string[]): boolean => courseOf(texts)?.isEven === true;

/**
 * True for numbers from 0 on next to an empty field above filled ones: the names that pandas gives to columns without
 * names.
 */
export function isCountOfColumns([first, ...numbers]: readonly string[], rows: Rows): boolean {
  if (first !== '' || numbers[0] !== '0' || !countsUp(numbers)) return false;
  return rows.length > 0 && rows.every((row) => row[0] !== '');
}

const countsUp = (texts: readonly string[]): boolean =>
  texts.every((text, index) => /^\d{1,4}$/.test(text) && Number(text) === Number(texts[0]) + index);
