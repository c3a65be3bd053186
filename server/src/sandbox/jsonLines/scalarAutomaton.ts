import { LazyAutomaton } from '../lazyAutomaton.ts';
import { isDay } from '../textTables/dateShape.ts';
import { isInexactNumber } from './inexactNumbers.ts';
import { extendedClass, isComplete, otherClass } from '../textTables/valueClass.ts';

/** Ends of the run of the automaton over a scalar, in place of a next state. */
export const scalarExits = {
  /** The closing quote of a text. */
  closed: -2,
  /** A byte after the last one of a number or word. */
  after: -3,
  /** A byte that does not belong there, or one that may belong to an invalid character. */
  invalid: -4,
} as const;

/** A state in a scalar of JSON. */
interface ScalarState {
  /** `hex0` to `hex3` after so many digits of an escape in hexadecimal, `surrogate` after its first digit d. */
  readonly position: 'start' | 'text' | 'escape' | 'hex0' | 'hex1' | 'hex2' | 'hex3' | 'surrogate' | 'token';
  /** Class of a text, or a number, true, false or null. */
  readonly name: string;
}

const quote = 0x22;
const backslash = 0x5c;
const tokenByte = /[-+.0-9A-Za-z]/;
const tokenEnd = /[,}\]\t\n\r ]/;

/** Finds the ends of scalars and the classes of their values. */
export class ScalarAutomaton extends LazyAutomaton<ScalarState> {
  /** The state before a scalar. */
  readonly start: number;

  constructor() {
    super({
      next: nextState,
      keyOf: ({ position, name }) => JSON.stringify([position, name]),
      simplified: (state) => ({ ...state, name: otherClass }),
    });
    this.start = this.numberOf({ position: 'start', name: '' });
  }
}

function nextState({ position, name }: ScalarState, byte: number): ScalarState | number {
  const character = String.fromCharCode(byte);
  switch (position) {
    case 'start':
      if (byte === quote) return { position: 'text', name: '' };
      return /[-0-9tfn]/.test(character) ? token('', byte) : scalarExits.invalid;
    case 'token':
      if (tokenByte.test(character)) return token(name, byte);
      return tokenEnd.test(character) && isToken(name) ? scalarExits.after : scalarExits.invalid;
    case 'text':
      if (byte === quote) return scalarExits.closed;
      if (byte === backslash) return { position: 'escape', name: otherClass };
      return byte < 0x20 ? scalarExits.invalid : { position, name: extendedClass(name, byte) };
    case 'escape':
      if (character === 'u') return { position: 'hex0', name };
      return /["\\/bfnrt]/.test(character) ? { position: 'text', name } : scalarExits.invalid;
    case 'surrogate':
      return /[0-7]/.test(character) ? { position: 'hex2', name } : scalarExits.invalid;
    default:
      if (!/[0-9A-Fa-f]/.test(character)) return scalarExits.invalid;
      return { position: afterDigit(position, character), name };
  }
}

function afterDigit(position: 'hex0' | 'hex1' | 'hex2' | 'hex3', digit: string): ScalarState['position'] {
  if (position === 'hex0') return /[Dd]/.test(digit) ? 'surrogate' : 'hex1';
  return position === 'hex1' ? 'hex2' : position === 'hex2' ? 'hex3' : 'text';
}

const words = ['true', 'false', 'null'];

/** A number whose digits are all the same, as far as it goes; a long one is `otherClass`. */
function token(name: string, byte: number): ScalarState {
  const text = name + String.fromCharCode(byte);
  const isWord = words.some((word) => word.startsWith(text));
  return { position: 'token', name: isWord ? text : longOr(name, byte) };
}

/** The class of a number; its lead is kept, as JSON has no numbers such as 007 and +1. */
function longOr(name: string, byte: number): string {
  if (name === otherClass || (name === '' && byte === 0x2b)) return otherClass;
  return extendedClass(name, byte);
}

const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[-+]?\d+)?$/;

const isToken = (name: string): boolean => name === otherClass || words.includes(name) || number.test(name);

/** The kind of a scalar by its state at its end: equal for scalars that JSON readers give the same type. */
interface ScalarKind {
  readonly key: string;
  /** False when scalars of the state differ: see `kindOfNumber`. */
  readonly isSettled: boolean;
  /** True for a text that is not a date or time, nor empty. */
  readonly isOtherText: boolean;
}

/** The kind of a scalar that ended in a state. */
export function kindOf({ position, name }: ScalarState, text: () => string): ScalarKind {
  if (position === 'token') {
    if (name === otherClass) return { key: kindOfNumber(text()), isSettled: false, isOtherText: false };
    return { key: kindOfToken(name), isSettled: true, isOtherText: false };
  }
  if (name !== otherClass) return kindOfText(name, true);
  const [, year = '', separator = '', rest = ''] = /^"(\d{4})([-/])02\2(29.*)"$/.exec(text()) ?? [];
  if (!isDay(Number(year), 2, 29) || year === '') return kindOfText(name, true);
  // Leap days are in no class of dates.
  return kindOfText(classOf(`${year}${separator}02${separator}28${rest.slice(2)}`), false);
}

const classOf = (text: string): string => [...Buffer.from(text)].reduce((name, byte) => extendedClass(name, byte), '');

function kindOfText(name: string, isSettled: boolean): ScalarKind {
  const isTime = /[-:/]/.test(name) && isComplete(name);
  const key = name === '' || isTime ? `text ${name}` : 'text';
  return { key, isSettled, isOtherText: key === 'text' };
}

function kindOfToken(name: string): string {
  if (words.includes(name)) return name === 'null' ? name : 'truth';
  if (!/^-?\d+$/.test(name)) return `decimal ${name.includes('e')}`;
  return name === '-0' ? name : `integer ${name.startsWith('-')}`;
}

/** Bounds of the types of integers: those of 64 bits with and without a sign, of 128 bits, and of 38 digits. */
const bounds = [
  -(2n ** 127n),
  -(10n ** 38n) + 1n,
  -(2n ** 63n),
  0n,
  2n ** 63n,
  2n ** 64n,
  10n ** 38n,
  2n ** 127n,
  2n ** 128n,
];

/** The kind of a long number. Returns the text itself where it is not a number. */
function kindOfNumber(text: string): string {
  if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(text) || text.length > 400) return text;
  if (!/^-?\d+$/.test(text)) return `long decimal ${Number.isFinite(Number(text))} ${isInexactNumber(text)}`;
  const value = BigInt(text);
  const isExact = Number.isFinite(Number(text)) && BigInt(Number(text)) === value;
  return `long integer ${bounds.filter((bound) => value >= bound).length} ${isExact}`;
}
