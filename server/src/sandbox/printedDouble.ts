/** Digits that a double can be printed with here. */
const digitsMax = 101;

/**
 * True for a number that is a double as programs print it with more digits than it needs, such as `%.18e`: printing the
 * double that the text is read as, with as many digits, gives the text. `text` has a decimal point, and no sign.
 */
export function isPrintedDouble(text: string): boolean {
  const [mantissa = ''] = text.split(/e/i);
  const digits = mantissa.replace('.', '').replace(/^0+/, '');
  const double = Number(text);
  if (digits === '' || digits.length > digitsMax || !Number.isFinite(double) || double === 0) return false;
  if (printed(double, digits.length) === digits) return true;
  // Programs round half of the last digit either way.
  const scale = 10n ** BigInt(digitsMax - digits.length);
  const difference = BigInt(digits) * scale - BigInt(printed(double, digitsMax));
  return 2n * (difference < 0n ? -difference : difference) === scale;
}

/** The significant digits of a double. */
const printed = (double: number, digits: number): string =>
  double
    .toExponential(digits - 1)
    .replace('.', '')
    .replace(/e.*$/, '');
