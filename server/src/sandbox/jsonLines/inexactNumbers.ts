/**
 * Numbers of JSON that DuckDB would round: it reads every decimal as a double, also where the column is text. In quotes, they
 * stay as they are written.
 */
import { isPrintedDouble } from '../printedDouble.ts';

/** Significant digits of a double, as programs write it. */
const digitsMax = 17;

/** True for a decimal with digits that a double does not have, and for one that a double makes zero. */
export function isInexactNumber(text: string): boolean {
  const [, whole, fraction = '', exponent] = /^-?(\d+)(?:\.(\d+))?([eE][-+]?\d+)?$/.exec(text) ?? [];
  if (whole === undefined || (fraction === '' && exponent === undefined)) return false;
  const digits = `${whole}${fraction}`.replace(/^0+/, '').replace(/0+$/, '');
  if (digits !== '' && Number(text) === 0) return true;
  return digits.length > digitsMax && !isPrintedDouble(text.replace('-', ''));
}

/** Matches in every text that has such a number. */
export const mayBeInexact = /[\d.]{18}|[eE]-\d{3}/;

/** Number of characters before which a match may begin. */
export const signBytes = 18;

/** Puts the inexact numbers of JSON, which comes in chunks of UTF-8 as latin-1, into quotes. */
export class NumberQuoter {
  /** True when a number was put into quotes. */
  hasQuoted = false;
  #isInText = false;
  /** The start of a number, or of an escape in a text. */
  #rest = '';

  /** Returns the text up to a number or an escape that the next chunk may go on with; all of it for the last one. */
  quoted(chunk: string, isLast: boolean): string {
    const text = this.#rest + chunk;
    const token = /["\\]|-?\d[-+.\deE]*/g;
    const parts: string[] = [];
    let end = 0;
    this.#rest = '';
    for (let match = token.exec(text); match !== null; match = token.exec(text)) {
      const [found] = match;
      if (found === '"') this.#isInText = !this.#isInText;
      else if (found === '\\') token.lastIndex += 1;
      if (token.lastIndex >= text.length && !isLast && found !== '"') {
        this.#rest = text.slice(match.index);
        break;
      }
      if (this.#isInText || !isInexactNumber(found)) continue;
      this.hasQuoted = true;
      parts.push(text.slice(end, match.index), `"${found}"`);
      end = match.index + found.length;
    }
    parts.push(text.slice(end, text.length - this.#rest.length));
    return parts.join('');
  }
}
