import { PondError } from '../../base/error.ts';
import { isDay, monthOf } from './dateShape.ts';

/** The texts that a directive of strptime reads. */
const directives: ReadonlyMap<string, string> = new Map([
  ['Y', '(?<Y>\\d{4})'],
  ['y', '(?<y>\\d{1,2})'],
  ['m', '(?<m>\\d{1,2})'],
  ['d', '(?<d>\\d{1,2})'],
  ['b', '(?<b>[A-Za-z]{3})'],
  ['B', '(?<b>[A-Za-z]{3,9})'],
  ['j', '\\d{1,3}'],
  ['H', '(?:[01]?\\d|2[0-3])'],
  ['I', '(?:0?[1-9]|1[0-2])'],
  ['M', '[0-5]?\\d'],
  ['S', '[0-5]?\\d'],
  ['f', '\\d{1,6}'],
  ['g', '\\d{1,3}'],
  ['p', '[AaPp][Mm]'],
  ['z', '[+-]\\d{2}(?::?\\d{2})?'],
  ['a', '[A-Za-z]{3}'],
  ['A', '[A-Za-z]{6,9}'],
  ['%', '%'],
]);

/** Fails `invalid-content` for a format that cannot be read with. The result is true for a text in the format. */
export function formatTest(format: string): (text: string) => boolean {
  const pattern = format.replaceAll(/%-?([^])|[\\^$.*+?()[\]{}|]/g, (found, letter: string | undefined) => {
    if (letter === undefined) return `\\${found}`;
    if (letter === 'z' && format.endsWith(found)) return `(?:${directives.get('z')}|Z|UTC|GMT)`;
    const known = directives.get(letter);
    if (known !== undefined) return known;
    throw new PondError('invalid-content', `%${letter} in "${format}" is not a known part of a date format`, {
      hint: `The parts are ${[...directives.keys()].map((each) => `%${each}`).join(' ')}; or state day-first, month-first or year-first.`,
    });
  });
  if (!format.includes('%')) {
    throw new PondError('invalid-content', `"${format}" is neither an order nor a format of dates`, {
      hint: 'State day-first, month-first, year-first, or a format such as %d.%m.%Y %H:%M.',
    });
  }
  const test = new RegExp(`^${pattern}$`);
  return (text) => {
    const match = test.exec(text);
    if (match === null) return false;
    const { Y, y, m, b, d } = match.groups ?? {};
    const month = b === undefined ? Number(m ?? 1) : (monthOf(b) ?? 0);
    return isDay(Number(Y ?? y ?? 2000), month, Number(d ?? 1));
  };
}

/** The type of the values that a format reads. */
export function typeOfFormat(format: string): 'DATE' | 'TIMESTAMP' {
  return /%-?[HIMSfgpz]/.test(format) ? 'TIMESTAMP' : 'DATE';
}
