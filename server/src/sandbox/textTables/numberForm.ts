import { isPrintedDouble } from '../printedDouble.ts';

/** The forms of values in a column, each a bit, so that a column's forms are a number. */
export const forms = {
  /** Digits, with or without a sign. */
  integer: 1,
  /** Digits as ids have them: 007, 1E10, +491701234567. A number loses how they are written. */
  id: 2,
  /** A number with a decimal point. */
  point: 4,
  /** 1.013: a decimal point, or a separator of thousands where the decimal sign is a comma. */
  pointOrThousands: 8,
  /** A number with a decimal comma, such as 12,5 or 1.013,25. */
  comma: 16,
  /** 1,013: a decimal comma, or a separator of thousands. */
  commaOrThousands: 32,
  /** A number with a decimal point or none, and commas between thousands: 1,013.25. */
  thousands: 64,
  /** nan or inf, which are numbers. */
  special: 128,
  /** true or false. */
  truth: 256,
  /** A date or a time of day with or without a date: see DateShape. */
  date: 512,
  /** A time of day. */
  time: 1024,
  /** Matches the stated format of strptime. */
  formatted: 2048,
  text: 4096,
} as const;

export type Form = keyof typeof forms;

/** Sizes of a column's numbers. */
export interface NumberSizes {
  /** Maximum number of digits in front of the decimal sign. */
  whole: number;
  /** Maximum number of digits after it. */
  scale: number;
  /** True when an integer is out of the range of 64 bits. */
  isBig: boolean;
  /** False when a number has more digits than a double holds. */
  isDouble: boolean;
  hasExponent: boolean;
}

const zero = 0x30;
const point = 0x2e;
const plus = 0x2b;

/** Digits of the shortest telephone numbers that are written with a plus sign. */
const phoneDigitsMin = 8;

/** Significant digits that a double represents, as programs write doubles with up to 17. */
const doubleDigits = 17;
/** Decimal places of the smallest double with all of its digits. */
const doubleScale = 307;
/** Integers of as many digits are exact in a double. */
const safeDigits = 15;

/** The form of the bytes, and their sizes added to `sizes`; 0 when they are not a number with digits and point alone. */
export function plainForm(bytes: Uint8Array, start: number, end: number, sizes: NumberSizes): number {
  let at = start;
  if (bytes[at] === 0x2b || bytes[at] === 0x2d) at += 1;
  const first = at;
  while (isDigit(bytes[at], at, end)) at += 1;
  const whole = at - first;
  if (at === end) return whole === 0 ? 0 : integerForm(bytes, { start, first, end }, sizes);
  let scale = 0;
  if (bytes[at] === point) {
    at += 1;
    const from = at;
    while (isDigit(bytes[at], at, end)) at += 1;
    scale = at - from;
  }
  if (whole + scale === 0) return 0;
  const hasExponent = at < end && isExponent(bytes, at, end);
  // 1E10 is rather an id, and 12E5 even among decimals: programs write a decimal point, or a sign of the exponent.
  const isIdLike = hasExponent && at === first + whole && isDigit(bytes[at + 1], at + 1, end);
  if (isIdLike && whole > 1) return 0;
  if (at < end && !hasExponent) return 0;
  const isAmbiguous = scale === 3 && whole >= 1 && whole <= 3 && bytes[first] !== zero && !hasExponent;
  addDecimal(bytes, { first, end, whole, scale, hasExponent }, sizes);
  if (isIdLike) return forms.id;
  return isAmbiguous ? forms.pointOrThousands : forms.point;
}

function isDigit(byte: number | undefined, at: number, end: number): boolean {
  return at < end && byte !== undefined && byte >= zero && byte <= 0x39;
}

function isExponent(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] !== 0x65 && bytes[start] !== 0x45) return false;
  let at = start + 1;
  if (bytes[at] === 0x2b || bytes[at] === 0x2d) at += 1;
  const from = at;
  while (isDigit(bytes[at], at, end)) at += 1;
  return at === end && at > from && at - from <= 3;
}

/** The smallest double with all of its digits. */
const smallestNormal = 2 ** -1022;

/** False for a number with an exponent that a double makes infinite, or so small that it loses digits. */
function isInRange(bytes: Uint8Array, first: number, end: number): boolean {
  // An exponent of two digits is in the range.
  if (!isDigit(bytes[end - 3], end - 3, end)) return true;
  const text = Buffer.from(bytes.subarray(first, end)).toString('latin1');
  const value = Number(text);
  if (value < smallestNormal) return /^[0.]*e/i.test(text) || isPrintedDouble(text);
  return Number.isFinite(value);
}

interface IntegerBytes {
  /** Of the sign, if there is one. */
  readonly start: number;
  /** Of the first digit. */
  readonly first: number;
  readonly end: number;
}

function integerForm(bytes: Uint8Array, { start, first, end }: IntegerBytes, sizes: NumberSizes): number {
  const digits = end - first;
  if (digits > sizes.whole) sizes.whole = digits;
  if (digits > safeDigits) {
    const value = BigInt(Buffer.from(bytes.subarray(first, end)).toString('latin1'));
    if (value > 9_007_199_254_740_992n) sizes.isDouble = false;
    if (value > 9_223_372_036_854_775_807n) sizes.isBig = true;
  }
  const isPhone = bytes[start] === plus && digits >= phoneDigitsMin;
  return isPhone || (bytes[first] === zero && digits > 1) ? forms.id : forms.integer;
}

/** A number with decimals in bytes, without its sign. */
interface DecimalBytes {
  readonly first: number;
  readonly end: number;
  readonly whole: number;
  readonly scale: number;
  readonly hasExponent: boolean;
}

function addDecimal(bytes: Uint8Array, decimal: DecimalBytes, sizes: NumberSizes): void {
  const { first, end, whole, scale, hasExponent } = decimal;
  if (whole > sizes.whole) sizes.whole = whole;
  if (scale > sizes.scale) sizes.scale = scale;
  if (hasExponent) sizes.hasExponent = true;
  if (hasExponent && !isInRange(bytes, first, end)) sizes.isDouble = false;
  if (whole + scale <= safeDigits || !sizes.isDouble) return;
  // A double has no number so small.
  if (scale > doubleScale) sizes.isDouble = false;
  const digits = significantDigits(bytes, first, first + whole + (scale === 0 ? 0 : scale + 1));
  // Of larger whole numbers, a double skips some, also where zeros follow the point.
  if (
    (digits > doubleDigits || whole > safeDigits) &&
    !isPrintedDouble(Buffer.from(bytes.subarray(first, end)).toString('latin1'))
  )
    sizes.isDouble = false;
}

/** The number of digits of a decimal without the zeros at its start, and without those at the end of its fraction. */
function significantDigits(bytes: Uint8Array, first: number, end: number): number {
  let [digits, significant, isFraction] = [0, 0, false];
  for (let at = first; at < end; at++) {
    if (bytes[at] === point) isFraction = true;
    else if (digits > 0 || bytes[at] !== zero) {
      digits += 1;
      if (!isFraction || bytes[at] !== zero) significant = digits;
    }
  }
  return significant;
}

const commaNumber = /^[+-]?(\d*|\d{1,3}(?:\.\d{3})+),(\d+)(e[+-]?\d{1,3})?$/i;
const ambiguousComma = /^[+-]?[1-9]\d{0,2},\d{3}$/;
const pointThousands = /^[+-]?\d{1,3}(\.\d{3}){2,}$/;
const commaThousands = /^[+-]?(\d{1,3}(?:,\d{3})+)(?:\.(\d+))?$/;

/** The form of a text with commas, or with several points, and its sizes; 0 when it is not a number. */
export function separatedForm(text: string, sizes: NumberSizes): number {
  if (pointThousands.test(text)) {
    sizes.whole = Math.max(sizes.whole, text.replace(/\D/g, '').length);
    return forms.comma;
  }
  const isAmbiguous = ambiguousComma.test(text);
  const comma = commaNumber.exec(text);
  const match = comma ?? (isAmbiguous ? null : commaThousands.exec(text));
  if (match === null) return 0;
  const [, whole = '', scale = '', exponent = ''] = match;
  const digits = whole.replace(/\D/g, '');
  const plain = Buffer.from(`${digits}.${scale}${exponent}`);
  const sizesOfText = { whole: digits.length, scale: scale.length, hasExponent: exponent !== '' };
  addDecimal(plain, { first: 0, end: plain.length, ...sizesOfText }, sizes);
  if (isAmbiguous) return forms.commaOrThousands;
  return comma === null ? forms.thousands : forms.comma;
}
