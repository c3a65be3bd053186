import { isName, isValue } from './headField.ts';

/**
 * True for a first record that looks like the records below it: its first word occurs there, next to a value, each of its
 * words occurs there, or a word differs from most of those below it in its numbers alone, such as `WX1` above `WX2`. `rows`
 * have as many fields as it has.
 */
export function isLikeRows(fields: readonly string[], rows: readonly (readonly string[])[]): boolean {
  const names = fields.flatMap((field, index) => (isName(field) ? [{ field, index }] : []));
  const others =
    fields.length === 1 && !rows.flat().some(isValue) ? rows : rows.filter((row) => !repeatsNames(row, fields));
  const occursAgain = ({ field, index }: PlacedWord): boolean => others.some((row) => row[index] === field);
  if (names.length > 0 && names.length === fields.length && names.every(occursAgain)) return true;
  const first = fields.findIndex((field) => field !== '');
  // A word at the end of every line, such as `eor`, may have its own name.
  const repeatsFirst =
    isName(fields[first] ?? '') && others.some((row) => row[first] === fields[first] && row.some(isValue));
  if (repeatsFirst) return !areNamesByOthers(names.slice(1), { fields, rows: others, occursAgain });
  return names.some(({ field, index }) => {
    const form = numberedForm(field);
    const filled = others.map((row) => row[index] ?? '').filter((text) => text !== '');
    const alike = filled.filter((text) => form !== undefined && !isValue(text) && numberedForm(text) === form);
    // A list may have other lines in between.
    return alike.length > 0 && (fields.length === 1 || alike.length * 2 >= filled.length);
  });
}

/** A word of a first record, and the index of its column. */
interface PlacedWord {
  readonly field: string;
  readonly index: number;
}

/** Other words from which a first record is a header although its first word occurs below it. */
const othersMin = 4;

/**
 * True for a header whose first name is also a value, as `y` of R above `y` and `n`: each other field is a word that does not
 * occur below it, and one of them is above numbers.
 */
function areNamesByOthers(
  others: readonly PlacedWord[],
  {
    fields,
    rows,
    occursAgain,
  }: {
    readonly fields: readonly string[];
    readonly rows: readonly (readonly string[])[];
    readonly occursAgain: (word: PlacedWord) => boolean;
  },
): boolean {
  if (others.length < othersMin || fields.slice(1).some((field) => !isName(field)) || others.some(occursAgain))
    return false;
  return others.some(({ index }) => rows.every((row) => isValue(row[index] ?? '')));
}

/** True for the names of a header again. */
const repeatsNames = (fields: readonly string[], header: readonly string[]): boolean =>
  header.every((name, index) => !isName(name) || fields[index] === name);

/** A hash, or a part of one. */
const hexadecimal = /^(?=.*\d)[0-9a-f-]{8,}$/i;
const plainWord = /^\p{L}+[.,:;]?$/u;
const month = /^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i;

/**
 * The first word with a digit in a text, its numbers as 0, after the plain words before it, of which months are 0 too;
 * undefined for a text without digits.
 */
function numberedForm(text: string): string | undefined {
  const words = text.split(/\s+/);
  const at = words.findIndex((word) => /\d/.test(word));
  const numbered = words[at];
  if (numbered === undefined) return undefined;
  const before = words.slice(0, at).map((word) => (month.test(word) ? '0' : plainWord.test(word) ? word : ''));
  const form = hexadecimal.test(numbered)
    ? `hexadecimal ${numbered.length}`
    : numbered.replaceAll(/[-+]?\d+(?:[.,:]\d+)*/g, '0');
  return [...before, form].join(' ');
}
