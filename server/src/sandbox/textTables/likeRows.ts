import { isName, isValue } from './headField.ts';

/**
 * True for a first record that looks like the records below it: its first word occurs there, next to a value, or a word
 * differs from most of those below it in its numbers alone, such as `WX1` above `WX2`. `rows` have as many fields as it has.
 */
export function isLikeRows(fields: readonly string[], rows: readonly (readonly string[])[]): boolean {
  const others = rows.filter((row) => !repeatsNames(row, fields));
  const first = fields.findIndex((field) => field !== '');
  // A word at the end of every line, such as `eor`, may have its own name.
  if (isName(fields[first] ?? '') && others.some((row) => row[first] === fields[first] && row.some(isValue)))
    return true;
  return fields.some((field, index) => {
    if (!isName(field)) return false;
    const form = numberedForm(field);
    const filled = others.map((row) => row[index] ?? '').filter((text) => text !== '');
    const alike = filled.filter((text) => form !== undefined && !isValue(text) && numberedForm(text) === form);
    return alike.length > 0 && alike.length * 2 >= filled.length;
  });
}

/** True for the names of a header again. */
const repeatsNames = (fields: readonly string[], header: readonly string[]): boolean =>
  header.every((name, index) => !isName(name) || fields[index] === name);

/** The first word with a digit in a text, its numbers as 0, with its place; undefined for a text without digits. */
function numberedForm(text: string): string | undefined {
  const words = text.split(/\s+/);
  const at = words.findIndex((word) => /\d/.test(word));
  return at < 0 ? undefined : `${at} ${words[at]?.replaceAll(/[-+]?\d+(?:[.,:]\d+)*/g, '0')}`;
}
