/**
 * An exact length of time. Months differ in length, so they are separate from clock time; both parts may be negative,
 * and both are nonzero only in a mixed sum such as "1 month 1 day".
 */
export interface Duration {
  /** Whole months; a year is twelve. */
  readonly months: number;
  /** Days are 24 hours, weeks seven days. */
  readonly microseconds: number;
}

/** The reason why a text is not a duration, and the part of it: 0-based offsets, `end` exclusive. */
interface DurationError {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

type Unit = { readonly months: bigint } | { readonly nanoseconds: bigint };

const second = 1_000_000_000n;
const unitsByWord: ReadonlyMap<string, Unit> = new Map<string, Unit>([
  ...unitWords({ nanoseconds: 1n }, ['nanoseconds', 'nsecs']),
  ...unitWords({ nanoseconds: 1_000n }, ['microseconds', 'usecs', 'µs', 'μs']),
  ...unitWords({ nanoseconds: 1_000_000n }, ['milliseconds', 'msecs']),
  ...unitWords({ nanoseconds: second }, ['seconds', 'secs']),
  ...unitWords({ nanoseconds: 60n * second }, ['minutes', 'mins']),
  ...unitWords({ nanoseconds: 3_600n * second }, ['hours', 'hrs']),
  ...unitWords({ nanoseconds: 86_400n * second }, ['days']),
  ...unitWords({ nanoseconds: 604_800n * second }, ['weeks']),
  ...unitWords({ months: 1n }, ['months']),
  ...unitWords({ months: 12n }, ['years', 'yrs']),
]);

const component = /\s*([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d+))?(?:\s*(\p{L}+))?/uy;
const textLengthMax = 200;
const exponentMax = 30;

/**
 * Parses a duration, or returns the error. `text` is a sum of numbers with units ("1 day -1 hour", "1.5h", "2e3 ms"); a
 * unit may be abbreviated to any unambiguous prefix; case is ignored, except that a lone `m` is minutes and a lone `M`
 * months; a number alone is seconds. Fractions of a microsecond or of a month are rejected.
 */
export function parseDuration(text: string): Duration | DurationError {
  const whole = { start: 0, end: text.length };
  if (text.trim() === '') return { message: 'expected a duration, got an empty text', ...whole };
  if (text.length > textLengthMax) return { message: `a duration has at most ${textLengthMax} characters`, ...whole };

  const sum = { months: fraction(0n), nanoseconds: fraction(0n) };
  let offset = 0;
  while (text.slice(offset).trim() !== '') {
    component.lastIndex = offset;
    const match = component.exec(text);
    if (match === null)
      return { message: `expected a number, got "${text.slice(offset).trim()}"`, ...rest(text, offset) };
    const [all, sign = '', digits = '', exponent = '0', word = ''] = match;
    const part = { start: offset + all.length - all.trimStart().length, end: offset + all.length };
    const alone = offset === 0 && part.end === text.trimEnd().length;
    const unit = word === '' && alone ? { nanoseconds: second } : findUnit(word);
    if (typeof unit === 'string') return { message: unit, ...part };
    if (Math.abs(Number(exponent)) > exponentMax) return { message: `the exponent ${exponent} is too large`, ...part };
    const amount = parseNumber(sign, digits, Number(exponent));
    if ('months' in unit) sum.months = add(sum.months, multiply(amount, unit.months));
    else sum.nanoseconds = add(sum.nanoseconds, multiply(amount, unit.nanoseconds));
    offset = part.end;
  }

  const months = wholeNumber(sum.months);
  if (months === undefined) return { message: 'the months do not add up to a whole number', ...whole };
  const microseconds = wholeNumber({ ...sum.nanoseconds, divisor: sum.nanoseconds.divisor * 1_000n });
  if (microseconds === undefined) return { message: 'the time does not add up to whole microseconds', ...whole };
  if (!Number.isSafeInteger(months) || !Number.isSafeInteger(microseconds)) {
    return { message: 'the duration is longer than 285 years of microseconds', ...whole };
  }
  return { months, microseconds };
}

/** True for an error of parseDuration. */
export function isDurationError(parsed: Duration | DurationError): parsed is DurationError {
  return 'message' in parsed;
}

function rest(text: string, offset: number): { readonly start: number; readonly end: number } {
  return {
    start: offset + text.slice(offset).length - text.slice(offset).trimStart().length,
    end: text.trimEnd().length,
  };
}

function unitWords(unit: Unit, words: readonly string[]): readonly (readonly [string, Unit])[] {
  return words.map((word) => [word, unit]);
}

/** Returns the unit, or a message when the word is missing, unknown or an ambiguous prefix. */
function findUnit(word: string): Unit | string {
  if (word === '') return 'expected a unit after the number, such as "s", "min", "h", "d" or "months"';
  if (word === 'm') return { nanoseconds: 60n * second };
  if (word === 'M') return { months: 1n };
  const lower = word.toLowerCase();
  const found = new Set([...unitsByWord].filter(([known]) => known.startsWith(lower)).map(([, unit]) => unit));
  const [unit] = found;
  if (unit === undefined) return `the unit "${word}" is not known`;
  return found.size === 1 ? unit : `the unit "${word}" could be several: write more letters of it`;
}

/** A number as a ratio of whole numbers: sums of decimals stay exact. */
interface Fraction {
  readonly number: bigint;
  readonly divisor: bigint;
}

function fraction(number: bigint, divisor = 1n): Fraction {
  return { number, divisor };
}

function parseNumber(sign: string, digits: string, exponent: number): Fraction {
  const [integer = '', decimals = ''] = digits.split('.');
  const number = BigInt(`${integer}${decimals}`) * (sign === '-' ? -1n : 1n);
  const scale = exponent - decimals.length;
  return scale >= 0 ? fraction(number * 10n ** BigInt(scale)) : fraction(number, 10n ** BigInt(-scale));
}

function add(a: Fraction, b: Fraction): Fraction {
  return fraction(a.number * b.divisor + b.number * a.divisor, a.divisor * b.divisor);
}

function multiply(a: Fraction, factor: bigint): Fraction {
  return fraction(a.number * factor, a.divisor);
}

function wholeNumber(value: Fraction): number | undefined {
  return value.number % value.divisor === 0n ? Number(value.number / value.divisor) : undefined;
}
