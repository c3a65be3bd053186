import { decimalOf, isInteger } from '../../base/typeClass.ts';

/**
 * Returns what a type takes in place of a text that a CAST would round or cut: '12.7' as an integer, too many decimals
 * of a number or a second, a time of day as a date. Undefined for a text of which nothing is lost, or that the CAST
 * refuses by itself.
 */
export function lossOf(type: string, text: string): string | undefined {
  const bare = text.trim();
  if (isInteger(type) || type === 'BIGNUM') return scaleOf(bare) > 0 ? 'a whole number' : undefined;
  const decimal = decimalOf(type);
  if (decimal !== undefined) return scaleOf(bare) > decimal.scale ? `at most ${decimal.scale} decimals` : undefined;
  if (type === 'DATE') return /\d:\d/.test(bare) ? 'a date without a time' : undefined;
  const digits = secondDigits(type);
  return digits !== undefined && fractionOf(bare) > digits ? `at most ${digits} decimals of a second` : undefined;
}

/** Number of decimals of a number as written, without zeros at its end; 0 for any other text. */
function scaleOf(text: string): number {
  const match = /^[+-]?[\d_]*\.?(\d*?)0*(?:[eE]([+-]?\d+))?$/.exec(text);
  const whole = /^[+-]?([\d_]*)/.exec(text)?.[1] ?? '';
  if (match === null) return 0;
  const exponent = Number(match[2] ?? 0);
  const decimals = text.includes('.') ? (match[1] ?? '').length : 0;
  const zeros = decimals > 0 ? 0 : (/0*$/.exec(whole.replaceAll('_', ''))?.[0].length ?? 0);
  return Math.max(0, decimals - zeros - exponent);
}

/** Number of decimals of a second that a type holds; undefined for other types. */
function secondDigits(type: string): number | undefined {
  if (type === 'TIMESTAMP_S') return 0;
  if (type === 'TIMESTAMP_MS') return 3;
  if (type === 'TIMESTAMP_NS' || type === 'TIME_NS') return 9;
  return /^TIME(STAMP)?(TZ| WITH TIME ZONE)?$/.test(type) ? 6 : undefined;
}

/** Number of decimals of a second as written, without zeros at their end. */
function fractionOf(text: string): number {
  return /:\d+\.(\d*?)0*(?:\D.*)?$/.exec(text)?.[1]?.length ?? 0;
}
