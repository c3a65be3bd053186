/** Exact arithmetic with decimal numbers, as texts such as `-12.50`. */

/** Returns the exact sum of decimal numbers; `0` without any. */
export function sumOfDecimals(texts: readonly string[]): string {
  const scale = scaleOf(texts);
  const units = texts.reduce((sum, text) => sum + unitsOf(text, scale), 0n);
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const sign = units < 0n ? '-' : '';
  return scale === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-scale)}`;
}

/** Order of two decimal numbers: negative, zero or positive. */
export function compareDecimals(a: string, b: string): number {
  const scale = scaleOf([a, b]);
  const [left, right] = [unitsOf(a, scale), unitsOf(b, scale)];
  return left < right ? -1 : Number(left > right);
}

/** Greatest number of digits after the point. */
function scaleOf(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.split('.')[1]?.length ?? 0));
}

/** A number in units of its last digit, with `scale` digits after the point. */
function unitsOf(text: string, scale: number): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(scale, '0'));
}
