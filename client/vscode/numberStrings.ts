/**
 * Numbers as the editor shows them: in English, like the texts around them, and with the decimal point of the values in
 * tables. In the language of the computer, `1.234` may be more than a thousand, and `1,5` less than two.
 */
import { nounFor } from '../../server/src/base/plural.ts';

/** `1,234`; `options` as of Intl. */
export function numberText(number: number | bigint, options?: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat('en', options).format(number);
}

/** `1 row`, `1,234 rows`. */
export function countText(number: number, noun: string): string {
  return `${numberText(number)} ${nounFor(number, noun)}`;
}
